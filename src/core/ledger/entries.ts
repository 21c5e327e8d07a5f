import type { Tx } from '../../platform/db/unit-of-work.js';
import type { LockedAccount } from './accounts.js';

/** What one movement does to one account. The inflow is the sum of the other three. */
export interface Delta {
  available: bigint;
  reserved: bigint;
  consumed: bigint;
}

/** One line of an account's history. */
export interface Entry extends Delta {
  /** Place in the account's history: 1 is the first, none is missing, and the order is that of the commits. */
  seq: bigint;
  createdAt: Date;
  /** The transfer or the stamp that moved. */
  transferId: string;
  /** grant, transfer, pend, post, void, stamp … */
  kind: string;
  inflow: bigint;
}

/** Which lines of a history to read. */
export interface EntryPage {
  /** Lines before this place only; absent: from the newest. */
  before?: bigint;
  /** Lines at most. */
  limit: number;
}

/** One line to be written. */
export interface NewEntry {
  account: LockedAccount;
  delta: Delta;
  transferId: string;
  kind: string;
}

/**
 * Writes one line into an account's history and moves its balance by it. The account must be locked by this transaction;
 * the object that was locked is brought up to date.
 */
export async function writeEntry(tx: Tx, { account, delta, transferId, kind }: NewEntry, now: Date): Promise<void> {
  const inflow = delta.available + delta.reserved + delta.consumed;
  account.available += delta.available;
  account.reserved += delta.reserved;
  account.consumed += delta.consumed;
  account.inflow += inflow;
  account.seq += 1n;
  const { id, customerId, available, reserved, consumed, seq } = account;
  await tx.ledgerAccount.update({
    where: { id },
    data: { available, reserved, consumed, inflow: account.inflow, seq },
  });
  await tx.ledgerEntry.create({
    data: {
      accountId: id,
      seq,
      customerId,
      createdAt: now,
      transferId,
      kind,
      availableDelta: delta.available,
      reservedDelta: delta.reserved,
      consumedDelta: delta.consumed,
      inflowDelta: inflow,
    },
  });
}

/** The history of a customer's account, newest first. Empty when the account is not the customer's. */
export async function readEntries(tx: Tx, customerId: string, accountId: string, page: EntryPage): Promise<Entry[]> {
  const rows = await tx.ledgerEntry.findMany({
    where: { accountId, customerId, ...(page.before !== undefined && { seq: { lt: page.before } }) },
    orderBy: { seq: 'desc' },
    take: page.limit,
  });
  return rows.map((row) => ({
    seq: row.seq,
    createdAt: row.createdAt,
    transferId: row.transferId,
    kind: row.kind,
    available: row.availableDelta,
    reserved: row.reservedDelta,
    consumed: row.consumedDelta,
    inflow: row.inflowDelta,
  }));
}
