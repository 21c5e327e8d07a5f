import pg from 'pg';
import type { Prisma } from './generated/client.js';

/** Values as Prisma has them: int8 is more than a number holds, and node-postgres would hand over its digits. */
const types = {
  getTypeParser: ((type: number, format) =>
    type === pg.types.builtins.INT8 ? BigInt : pg.types.getTypeParser(type, format)) as typeof pg.types.getTypeParser,
};

/**
 * Runs one statement of its own by node-postgres, on a connection of the pool. It is for the few that every stamp runs:
 * Prisma writes parameters and rows as JSON and reads them back, which costs a stamp half as much as its signature.
 *
 * @param statement made by `Prisma.sql`, so that values never become SQL
 * @returns its rows, by the names of their columns
 */
export async function query<Row extends object>(
  pool: Pick<pg.Pool, 'query'>,
  { text, values }: Prisma.Sql,
): Promise<Row[]> {
  const { rows } = await pool.query<Row>({ text, values, types });
  return rows;
}
