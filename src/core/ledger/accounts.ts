import type { Tx } from '../../platform/db/unit-of-work.js';

/** What an account counts: stamps, or points in hundredths. */
export type Unit = 'stamp' | 'centipoint';

/** Where an account's stamps are good; points have none. */
export type Environment = 'sandbox' | 'production';

/** A customer's account to be opened. */
export interface NewLedgerAccount {
  id: string;
  customerId: string;
  unit: Unit;
  /** null for points, and only for them */
  environment: Environment | null;
}

/** What an account holds now. `available + reserved + consumed = inflow`, always. */
export interface Balance {
  available: bigint;
  /** held by pending transfers and by stamps whose outcome is not known yet */
  reserved: bigint;
  consumed: bigint;
  /** grants + in − out */
  inflow: bigint;
  /** number of movements so far */
  seq: bigint;
}

/** A locked account: nobody else moves it until the transaction ends. */
export interface LockedAccount extends Balance {
  id: string;
  /** null for the platform's own accounts, which alone may go below zero: they are where stamps and points come from */
  customerId: string | null;
  unit: Unit;
  environment: Environment | null;
}

/** The platform's own accounts, one for each unit and environment; made by the first migration. */
export const platformAccounts = {
  sandbox: '00000000-0000-7000-8000-000000000001',
  production: '00000000-0000-7000-8000-000000000002',
  centipoint: '00000000-0000-7000-8000-000000000003',
} as const;

/** Opens a customer's account with nothing in it. */
export async function openLedgerAccount(tx: Tx, account: NewLedgerAccount, now: Date): Promise<void> {
  await tx.ledgerAccount.create({ data: { ...account, createdAt: now } });
}

/**
 * Locks accounts until the transaction ends, in the order of their ids: whoever moves several must lock all of them here,
 * at once, before the first movement, or two such transactions wait for each other.
 *
 * @returns the accounts by id
 * @throws Error when one does not exist: callers have resolved them for their customer
 */
export async function lockAccounts(tx: Tx, ids: readonly string[]): Promise<Map<string, LockedAccount>> {
  const wanted = [...new Set(ids)];
  const rows = await tx.$queryRaw<LockedAccount[]>`
    SELECT id, customer_id AS "customerId", unit, environment, available, reserved, consumed, inflow, seq
    FROM ledger_account WHERE id = ANY(${wanted}::uuid[]) ORDER BY id FOR UPDATE`;
  if (rows.length !== wanted.length) throw new Error(`Some ledger account of ${wanted.join(', ')} does not exist.`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Balance of a customer's account, or null when it is not the customer's. */
export async function readBalance(tx: Tx, customerId: string, accountId: string): Promise<Balance | null> {
  return tx.ledgerAccount.findFirst({
    where: { id: accountId, customerId },
    select: { available: true, reserved: true, consumed: true, inflow: true, seq: true },
  });
}
