/** What ledger and engine promise, written as plainly as it can be: maps, in memory, one thing after the other. */

/** A stamp that is asked for: accounts, keys, documents and attributes are small numbers. */
export interface StampAsked {
  account: number;
  key: number | null;
  document: number;
  attributes: number;
}

/** An amount that is to move. */
export interface MoveAsked {
  from: number;
  to: number;
  amount: number;
}

interface Given {
  customer: number;
  document: number;
  attributes: number;
}

interface Pending extends MoveAsked {
  settled: boolean;
}

/** Accounts 0 and 1 belong to customer 0, 2 and 3 to customer 1. */
export const customerOf = (account: number): number => account >> 1;

export class ReferenceModel {
  readonly accounts = [0, 1, 2, 3].map(() => ({ available: 0, reserved: 0, consumed: 0, inflow: 0, blocked: false }));
  readonly #byDocument = new Map<number, Given>();
  readonly #byKey = new Map<string, Given>();
  readonly #pending: Pending[] = [];

  /** The outcome of the look-up: null when nothing is known. */
  lookUp({ account, key, document, attributes }: StampAsked): string | null {
    const ofKey = key === null ? undefined : this.#byKey.get(`${account} ${key}`);
    if (ofKey)
      return ofKey.document === document && ofKey.attributes === attributes ? 'replayed' : 'idempotency_key_reused';
    const given = this.#byDocument.get(document);
    if (!given) return null;
    if (given.customer !== customerOf(account)) return 'stamped_elsewhere';
    return given.attributes === attributes ? 'replayed' : 'same_seal_other_document';
  }

  stamp(asked: StampAsked): string {
    const known = this.lookUp(asked);
    if (known !== null) return known;
    const account = this.accounts[asked.account]!;
    if (account.blocked) return 'account_blocked';
    if (account.available < 1) return 'insufficient_stamps';
    account.available -= 1;
    account.consumed += 1;
    const given = { customer: customerOf(asked.account), document: asked.document, attributes: asked.attributes };
    this.#byDocument.set(asked.document, given);
    if (asked.key !== null) this.#byKey.set(`${asked.account} ${asked.key}`, given);
    return 'stamped';
  }

  grant(to: number, amount: number): string {
    this.#arrive(to, amount);
    return 'done';
  }

  transfer({ from, to, amount }: MoveAsked): string {
    const source = this.accounts[from]!;
    if (source.available < amount) return 'insufficient_balance';
    source.available -= amount;
    source.inflow -= amount;
    this.#arrive(to, amount);
    return 'done';
  }

  pend(move: MoveAsked): string {
    const source = this.accounts[move.from]!;
    if (source.available < move.amount) return 'insufficient_balance';
    source.available -= move.amount;
    source.reserved += move.amount;
    this.#pending.push({ ...move, settled: false });
    return 'done';
  }

  /** Settles the pending transfer of this place. */
  settle(place: number, how: 'post' | 'void'): string {
    const pending = this.#pending[place]!;
    if (pending.settled) return 'transfer_settled';
    pending.settled = true;
    const source = this.accounts[pending.from]!;
    source.reserved -= pending.amount;
    if (how === 'void') source.available += pending.amount;
    else {
      source.inflow -= pending.amount;
      this.#arrive(pending.to, pending.amount);
    }
    return 'done';
  }

  block(account: number, blocked: boolean): string {
    this.accounts[account]!.blocked = blocked;
    return 'done';
  }

  #arrive(to: number, amount: number): void {
    this.accounts[to]!.available += amount;
    this.accounts[to]!.inflow += amount;
  }
}
