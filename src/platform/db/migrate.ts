/**
 * Applies `prisma/migrations` the way `prisma migrate deploy` does: the same table, checksums and lock, so that either
 * may follow the other. Unlike it, a migration and the row that records it commit together, so a kill at any moment
 * leaves either both or neither.
 */
import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { sqlState } from './sql-errors.js';

/** `prisma/migrations` of this version; as far away from `src` as from `dist`. */
export const migrationsDirectory = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

/** Prisma's own key for the advisory lock around migrations. */
const migrationLock = 72_707_369;
const lockWait = '5min';
/** Monthly partitions are made this far ahead, the current month included. */
const partitionMonths = 6;
/** SQLSTATE */
const insufficientPrivilege = '42501';

const createTable = `CREATE TABLE "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Brings the database to this version of the code. Several processes may start at once: one applies, the others wait.
 * A role that may not create anything passes when nothing is left to do.
 *
 * @returns the names of the migrations that were applied now, in order
 * @throws Error when the database has migrations that the code does not know, or one was edited after it was applied
 */
export async function migrateDeploy(pool: pg.Pool, directory = migrationsDirectory): Promise<string[]> {
  const migrations = readMigrations(directory);
  const client = await pool.connect();
  try {
    await client.query(`SET lock_timeout = '${lockWait}'; SET statement_timeout = 0`);
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const pending = await findPending(client, migrations);
    for (const migration of pending) await apply(client, migration);
    return pending.map(({ name }) => name);
  } finally {
    // Closing the connection gives the lock free and forgets its settings.
    client.release(true);
  }
}

/**
 * Makes the partitions of the coming months: after migrations and daily. A role that may not create tables leaves that
 * to the operator's `timbrel migrate`: rows of a month without a partition go to the default one, nothing is lost.
 */
export async function ensurePartitions(pool: pg.Pool): Promise<void> {
  try {
    await pool.query(`SELECT timbrel_ensure_partitions(date_trunc('month', now())::date, $1)`, [partitionMonths]);
  } catch (error) {
    if (sqlState(error) !== insufficientPrivilege) throw error;
  }
}

function readMigrations(directory: string): Migration[] {
  return fs
    .readdirSync(directory)
    .filter((name) => fs.existsSync(path.join(directory, name, 'migration.sql')))
    .sort()
    .map((name) => {
      const bytes = fs.readFileSync(path.join(directory, name, 'migration.sql'));
      const sql = bytes.toString('utf8');
      if (/^\s*(begin|commit|rollback)\s*;/im.test(sql)) {
        throw new Error(`Migration ${name} must not begin or end transactions: it runs in one with its record.`);
      }
      return { name, sql, checksum: createHash('sha256').update(bytes).digest('hex') };
    });
}

async function findPending(client: pg.ClientBase, migrations: Migration[]): Promise<Migration[]> {
  const applied = await readApplied(client);
  const unknown = [...applied.keys()].filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `The database is newer than this version of Timbrel: it has the migrations ${unknown.join(', ')}. ` +
        'Start the version that made them or a later one, or restore a backup from before the upgrade.',
    );
  }
  const edited = migrations.find(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum);
  if (edited) throw new Error(`Migration ${edited.name} was modified after it was applied to this database.`);
  return migrations.filter(({ name }) => !applied.has(name));
}

/** Checksums of the applied migrations by name. Rows without an end are of a deploy that was killed: nothing applied. */
async function readApplied(client: pg.ClientBase): Promise<Map<string, string>> {
  const table = await client.query<{ found: string | null }>(`SELECT to_regclass('"_prisma_migrations"') AS found`);
  if (!table.rows[0]?.found) {
    // Asked first, because even IF NOT EXISTS needs the right to create.
    await client.query(createTable);
    return new Map();
  }
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

/** The migration, its record and the end of an earlier, killed attempt's record: all or nothing. */
async function apply(client: pg.ClientBase, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(
      'UPDATE "_prisma_migrations" SET rolled_back_at = now() WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL',
      [name],
    );
    await client.query(
      'INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)',
      [randomUUID(), checksum, name],
    );
    await client.query(sql);
    await client.query('COMMIT');
  } catch (error) {
    throw new Error(`Migration ${name} failed and was rolled back: ${(error as Error).message}`, { cause: error });
  }
}
