import { AsyncLocalStorage } from 'node:async_hooks';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { problem } from '../../problems.js';
import type { Database } from './database.js';
import type { Prisma } from './generated/client.js';
import { query } from './query.js';
import { isUnavailable, isWriteConflict } from './sql-errors.js';

/** The only way in which a use case reaches the database. Raw SQL goes through the tagged forms, never unsafe ones. */
export type Tx = Omit<Prisma.TransactionClient, '$queryRawUnsafe' | '$executeRawUnsafe'>;

/** Waiting for a connection, and the life of a transaction once begun, in milliseconds. */
const timeouts = { maxWait: 5_000, timeout: 10_000 };
const maxAttempts = 5;
/** The wait before the second attempt lies between 0 and this; twice as much before each further one. */
const firstRetryMs = 20;
/** Seconds after which a refused caller may try again: longer than any lock of ours is held. */
const retryAfter = 2;

const current = new AsyncLocalStorage<{ open: boolean }>();
/** Transactions begun and not ended. */
let transactions = 0;

/**
 * Fails at once where a transaction is open in this call, instead of waiting for the connection that it holds: with one
 * connection (embedded) that would be a deadlock until the time-out, with many it is one under load.
 *
 * @throws Error a programming error: the caller has a `tx` and must use it
 */
export function assertOutsideTransaction(): void {
  if (current.getStore()?.open)
    throw new Error('A transaction is open here: use its tx instead of a second connection.');
}

/** Runs use cases on a database. */
export class UnitOfWork {
  constructor(private readonly database: Pick<Database, 'prisma' | 'pool'>) {}

  /**
   * Runs `work` in one transaction (read committed), and again from the start when it lost against another one. It must
   * therefore do nothing besides the database, and nothing slow: no network, no hashing, no signing.
   *
   * @throws Problem `service_unavailable` when the database is too busy or out of reach; whether a commit that was under
   *   way took place is then unknown, and a retry under the same key tells
   */
  async run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    assertOutsideTransaction();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (!isWriteConflict(error)) throw refusal(error);
        if (attempt === maxAttempts) throw unavailable(error);
        await sleep(randomInt(firstRetryMs * 2 ** (attempt - 1)));
      }
    }
  }

  /**
   * Runs reads that need no common snapshot, each on its own.
   *
   * @throws Problem `service_unavailable` as `run`
   */
  async read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    assertOutsideTransaction();
    try {
      return await work(this.database.prisma);
    } catch (error) {
      throw refusal(error);
    }
  }

  /**
   * Reads by one statement, past Prisma: query.ts says when.
   *
   * @throws Problem `service_unavailable` as `run`
   */
  async query<Row extends object>(statement: Prisma.Sql): Promise<Row[]> {
    assertOutsideTransaction();
    try {
      return await query<Row>(this.database.pool, statement);
    } catch (error) {
      throw refusal(error);
    }
  }

  async #attempt<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const state = { open: true };
    transactions += 1;
    try {
      return await this.database.prisma.$transaction((tx) => current.run(state, () => work(tx)), timeouts);
    } finally {
      // What the work left running may begin transactions of its own from here on.
      state.open = false;
      transactions -= 1;
      // On Node 20 a storage in use slows down every promise of the process, and few requests open a transaction.
      if (transactions === 0) current.disable();
    }
  }
}

function refusal(error: unknown): unknown {
  return isUnavailable(error) ? unavailable(error) : error;
}

function unavailable(cause: unknown) {
  return problem('service_unavailable', { retryAfter, params: { retry_after: retryAfter }, cause });
}
