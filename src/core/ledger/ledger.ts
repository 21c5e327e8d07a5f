/**
 * Double-entry accounts of stamps and of points.
 *
 * - A movement is a transfer from one account to another of the same unit and environment. What leaves one arrives at
 *   the other: the inflows of a transfer's entries add up to zero.
 * - `available + reserved + consumed = inflow` holds for every account after every entry; no customer's account goes
 *   below zero. The database checks both.
 * - A transfer is posted at once, or pending first: then its amount is reserved in the account that it comes from, until
 *   it is posted or voided, once.
 * - Balance, entries, transfer and event are written in the caller's transaction, all or none. Entries are never changed.
 * - Accounts are locked in the order of their ids. A use case that makes several transfers locks all accounts first.
 */
import type { Clock } from '../../platform/clock.js';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { newId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import { type Environment, type LockedAccount, lockAccounts, platformAccounts, type Unit } from './accounts.js';
import { type Delta, writeEntry } from './entries.js';
import { writeTransferEvents } from './events.js';

/** A movement that is asked for. */
export interface Movement {
  /** Account that it comes from. */
  from: string;
  /** Account that it goes to. */
  to: string;
  /** More than 0, at most Number.MAX_SAFE_INTEGER, because amounts are JSON numbers on the wire. */
  amount: bigint;
  /** `transfer`, `purchase` … */
  kind: string;
  /** Public id of who asked. */
  actor: string;
  reason?: string | null;
}

/** A movement as it was written. */
export interface Transfer {
  id: string;
  unit: Unit;
  environment: Environment | null;
  kind: string;
  fromAccountId: string;
  toAccountId: string;
  amount: bigint;
  state: 'pending' | 'posted' | 'voided';
  actor: string;
  reason: string | null;
  createdAt: Date;
  settledAt: Date | null;
}

/** A transfer and its two accounts after it. */
export interface Moved {
  transfer: Transfer;
  from: LockedAccount;
  to: LockedAccount;
}

const nothing: Delta = { available: 0n, reserved: 0n, consumed: 0n };

/** Moves stamps and points. Everything happens in the transaction of the caller. */
export class Ledger {
  constructor(private readonly clock: Clock) {}

  /**
   * Moves an amount at once.
   *
   * @throws Problem `insufficient_balance` when a customer's account does not have it: nothing was written
   */
  async transfer(tx: Tx, movement: Movement): Promise<Moved> {
    const { amount } = movement;
    return this.#begin(tx, movement, 'posted', { ...nothing, available: -amount }, { ...nothing, available: amount });
  }

  /**
   * Reserves an amount for a transfer that `post` or `void` will settle.
   *
   * @throws Problem `insufficient_balance` as `transfer`
   */
  async pend(tx: Tx, movement: Movement): Promise<Moved> {
    const { amount } = movement;
    return this.#begin(tx, movement, 'pending', { ...nothing, available: -amount, reserved: amount }, null);
  }

  /**
   * Gives stamps or points to an account, from the platform's own.
   *
   * @throws Error when the account does not exist
   */
  async grant(tx: Tx, grant: Omit<Movement, 'from' | 'kind'>): Promise<Moved> {
    const account = await tx.ledgerAccount.findUniqueOrThrow({ where: { id: grant.to } });
    const from = platformAccounts[(account.environment as Environment | null) ?? 'centipoint'];
    return this.transfer(tx, { ...grant, from, kind: 'grant' });
  }

  /**
   * Lets a pending transfer arrive.
   *
   * @throws Problem `transfer_settled` when it is posted or voided already
   */
  async post(tx: Tx, transferId: string): Promise<Moved> {
    return this.#settle(tx, transferId, 'posted', (amount) => [
      { ...nothing, reserved: -amount },
      { ...nothing, available: amount },
    ]);
  }

  /**
   * Gives a pending transfer's amount back to where it came from.
   *
   * @throws Problem `transfer_settled` when it is posted or voided already
   */
  async void(tx: Tx, transferId: string): Promise<Moved> {
    return this.#settle(tx, transferId, 'voided', (amount) => [
      { ...nothing, available: amount, reserved: -amount },
      null,
    ]);
  }

  async #begin(
    tx: Tx,
    movement: Movement,
    state: 'pending' | 'posted',
    out: Delta,
    into: Delta | null,
  ): Promise<Moved> {
    const { from, to } = await lockPair(tx, movement.from, movement.to);
    assertMovable(movement, from, to);
    const now = this.clock.now();
    const transfer: Transfer = {
      id: newId(this.clock),
      unit: from.unit,
      environment: from.environment,
      kind: movement.kind,
      fromAccountId: from.id,
      toAccountId: to.id,
      amount: movement.amount,
      state,
      actor: movement.actor,
      reason: movement.reason ?? null,
      createdAt: now,
      settledAt: state === 'posted' ? now : null,
    };
    await tx.ledgerTransfer.create({ data: transfer });
    return this.#write(tx, { transfer, from, to }, out, into, state === 'posted' ? transfer.kind : 'pend');
  }

  async #settle(
    tx: Tx,
    id: string,
    state: 'posted' | 'voided',
    deltas: (amount: bigint) => readonly [out: Delta, into: Delta | null],
  ): Promise<Moved> {
    // Accounts of a transfer never change, so they may be read before the locks that make settling happen once.
    const found = await tx.ledgerTransfer.findUniqueOrThrow({ where: { id } });
    const accounts = await lockPair(tx, found.fromAccountId, found.toAccountId);
    const settledAt = this.clock.now();
    const { count } = await tx.ledgerTransfer.updateMany({
      where: { id, state: 'pending' },
      data: { state, settledAt },
    });
    const transfer = (await tx.ledgerTransfer.findUniqueOrThrow({ where: { id } })) as Transfer;
    if (count === 0) throw problem('transfer_settled', { params: { state: transfer.state } });
    const [out, into] = deltas(transfer.amount);
    return this.#write(tx, { transfer, ...accounts }, out, into, state === 'posted' ? 'post' : 'void');
  }

  async #write(tx: Tx, moved: Moved, out: Delta, into: Delta | null, kind: string): Promise<Moved> {
    const { transfer, from, to } = moved;
    const now = transfer.settledAt ?? transfer.createdAt;
    await writeEntry(tx, { account: from, delta: out, transferId: transfer.id, kind }, now);
    if (into) await writeEntry(tx, { account: to, delta: into, transferId: transfer.id, kind }, now);
    await writeTransferEvents(tx, moved, this.clock);
    return moved;
  }
}

async function lockPair(tx: Tx, fromId: string, toId: string): Promise<Pick<Moved, 'from' | 'to'>> {
  const accounts = await lockAccounts(tx, [fromId, toId]);
  return { from: accounts.get(fromId)!, to: accounts.get(toId)! };
}

function assertMovable({ amount }: Movement, from: LockedAccount, to: LockedAccount): void {
  if (from.id === to.id) throw new Error('A transfer needs two accounts.');
  if (from.unit !== to.unit || from.environment !== to.environment) {
    throw new Error('A transfer needs two accounts of the same unit and environment.');
  }
  const largest = BigInt(Number.MAX_SAFE_INTEGER);
  if (amount <= 0n || amount > largest || to.inflow + amount > largest) {
    throw new RangeError(`An amount of ${amount} cannot be moved.`);
  }
  if (from.customerId !== null && from.available < amount) {
    const params = { available: Number(from.available), amount: Number(amount) };
    throw problem('insufficient_balance', { params, extensions: params });
  }
}
