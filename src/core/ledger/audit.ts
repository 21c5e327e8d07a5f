import type pg from 'pg';
import { checks, inflowOfAll, nextAccounts } from './audit-statements.js';

/** A figure that is not what the rows below it add up to. */
export interface Difference {
  accountId: string;
  /** `available`, `seq`, `stamps`, `counter 2026-11-21 EKU9003173C9 I` … : audit-statements.ts has them all. */
  field: string;
  /** What the database says. */
  stored: bigint;
  /** What its history says. */
  recomputed: bigint;
}

interface Row {
  account_id: string;
  field: string;
  stored: string;
  recomputed: string;
}

/** Accounts that are checked by one statement. */
const pageSize = 100;
/** Sorts before every UUID that is in use. */
const beforeAll = '00000000-0000-0000-0000-000000000000';

/**
 * Recomputes every balance, transfer, stamp count and counter from the rows below it, and yields each difference. May
 * run beside a busy server: each check is one statement, which sees one moment. Adds up inside the database, so that
 * millions of entries take little memory here; it may take minutes, so it has a connection of its own without a
 * time limit.
 */
export async function* audit(pool: pg.Pool): AsyncGenerator<Difference> {
  const client = await pool.connect();
  try {
    await client.query('SET statement_timeout = 0');
    let last = beforeAll;
    for (;;) {
      const { rows } = await client.query<{ id: string }>(nextAccounts, [last, pageSize]);
      if (rows.length === 0) break;
      const page = rows.map(({ id }) => id);
      for (const check of checks) yield* differences((await client.query<Row>(check, [page])).rows);
      last = page.at(-1)!;
    }
    yield* differences((await client.query<Row>(inflowOfAll)).rows);
  } finally {
    // Closed rather than given back, because of its setting.
    client.release(true);
  }
}

function differences(rows: Row[]): Difference[] {
  return rows.map(({ account_id, field, stored, recomputed }) => ({
    accountId: account_id,
    field,
    stored: BigInt(stored),
    recomputed: BigInt(recomputed),
  }));
}
