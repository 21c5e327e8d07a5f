import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.js';
import { groupReads } from '../../platform/db/batch.js';
import type { Database } from '../../platform/db/database.js';
import { isUnavailable, isWriteConflict, sqlState } from '../../platform/db/sql-errors.js';
import { assertOutsideTransaction, UnitOfWork } from '../../platform/db/unit-of-work.js';
import { newId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import { Lanes, type Settled, unavailable } from './lanes.js';
import { limits } from './limits.js';
import type { StampClaim, StampRequest, StampResult } from './stamp.js';
import {
  type CommittedRow,
  commitStamps,
  encodeQuestion,
  findEarlier,
  type PendingStamp,
  type RefusalCode,
} from './statements.js';

/** SQLSTATE of a lock that was not had in time. */
const lockNotAvailable = '55P03';

/** The stamping-quota engine of one process: README.md says what holds. Any number of processes may share a database. */
export class QuotaEngine {
  readonly #pool: Database['pool'];
  readonly #clock: Clock;
  readonly #lanes = new Lanes((accountId: string, batch: PendingStamp[]) => this.#commit(accountId, batch));
  readonly #lookUp;

  constructor(database: Pick<Database, 'prisma' | 'pool'>, clock: Clock) {
    this.#pool = database.pool;
    this.#clock = clock;
    const unitOfWork = new UnitOfWork(database);
    this.#lookUp = groupReads((questions: string[]) => findEarlier(unitOfWork, questions));
  }

  /**
   * The look-up that comes first in a stamp's way: the earlier stamp of this key or document, whatever became of its
   * account since. Charges and writes nothing.
   *
   * @returns the earlier stamp as `replayed`, or null when neither key nor document is known
   * @throws Problem `idempotency_key_reused`, `same_seal_other_document`, `stamped_elsewhere`, `request_in_progress`,
   *   or `service_unavailable`
   */
  async findEarlier(claim: StampClaim): Promise<StampResult | null> {
    const found = await this.#lookUp(encodeQuestion(claim));
    if (!found) return null;
    const { verdict, available, ...stamp } = found;
    if (verdict !== 'replayed') throw refusal(verdict);
    const identical = Buffer.compare(stamp.contentDigest, claim.contentDigest) === 0;
    return { outcome: 'replayed', stamp, identical, available };
  }

  /**
   * Charges one stamp and stores a certified document, in one commit that it shares with other requests of the account.
   * Once it has answered, the stamp is durable; when it could not answer, the same request again tells what became of it.
   *
   * @returns the stamp, or the earlier one when the key or the document turned out to have one
   * @throws Problem the refusals of `findEarlier`, and `insufficient_stamps` and `account_blocked`, which are not
   *   remembered: nothing was written, and the same key may be used again
   */
  commitStamp(request: StampRequest): Promise<StampResult> {
    assertOutsideTransaction();
    const pending = { id: newId(this.#clock), eventId: newId(this.#clock), request };
    return this.#lanes.submit(request.accountId, pending, request.xml.length);
  }

  /** Refuses new stamps and waits until every accepted one has been answered: before the database is closed. */
  drain(): Promise<void> {
    return this.#lanes.drain();
  }

  /** Commits a batch in one statement, and again what that left undecided: README.md says why this ends. */
  async #commit(accountId: string, batch: PendingStamp[]): Promise<Settled<StampResult>[]> {
    const now = this.#clock.now();
    let rows: CommittedRow[];
    try {
      rows = await this.#tryAgain(() => commitStamps(this.#pool, accountId, now, batch));
    } catch (error) {
      return this.#commitAlone(accountId, batch, error);
    }
    const undecided = batch.filter((_, n) => rows[n]?.outcome === 'again');
    const later = undecided.length > 0 ? await this.#commitEach(accountId, [undecided]) : [];
    return Promise.all(
      rows.map((row, n) => (row.outcome === 'again' ? later.shift()! : this.#settle(batch[n]!, row, now))),
    );
  }

  /** A statement that was refused as a whole is run for each of its requests, so that a bad one fails alone. */
  async #commitAlone(accountId: string, batch: PendingStamp[], error: unknown): Promise<Settled<StampResult>[]> {
    if (isUnavailable(error) || isWriteConflict(error)) throw unavailable(error);
    if (batch.length === 1) return [{ error }];
    return this.#commitEach(
      accountId,
      batch.map((one) => [one]),
    );
  }

  /** Commits one part after the other; when the database gets out of reach, that is the answer for the rest. */
  async #commitEach(accountId: string, parts: PendingStamp[][]): Promise<Settled<StampResult>[]> {
    const settled: Settled<StampResult>[] = [];
    for (const [n, part] of parts.entries()) {
      try {
        settled.push(...(await this.#commit(accountId, part)));
      } catch (error) {
        return [
          ...settled,
          ...parts
            .slice(n)
            .flat()
            .map(() => ({ error })),
        ];
      }
    }
    return settled;
  }

  async #settle({ id, request }: PendingStamp, row: CommittedRow, now: Date): Promise<Settled<StampResult>> {
    if (row.outcome === 'stamped') {
      const stamp = { ...request, id, createdAt: now };
      return { value: { outcome: 'stamped', stamp, identical: true, available: row.available } };
    }
    if (row.outcome !== 'replayed') return { error: refusal(row.outcome as RefusalCode) };
    try {
      const earlier = (await this.findEarlier(request))!;
      // Our own id: an earlier try of this batch was committed and its answer was lost.
      return { value: row.id === id ? { ...earlier, outcome: 'stamped' } : earlier };
    } catch (error) {
      return { error };
    }
  }

  /**
   * The statement is idempotent by id, key and document, so a try whose outcome is not known is simply run again. One
   * that waited for a lock in vain is not: it has waited enough.
   */
  async #tryAgain<T>(statement: () => Promise<T>): Promise<T> {
    const until = this.#clock.now().getTime() + limits.tryForMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await statement();
      } catch (error) {
        const mayPass = isWriteConflict(error) || (isUnavailable(error) && sqlState(error) !== lockNotAvailable);
        if (!mayPass || attempt === limits.attempts || this.#clock.now().getTime() > until) throw error;
        await sleep(randomInt(limits.firstRetryMs * 2 ** (attempt - 1)));
      }
    }
  }
}

function refusal(code: RefusalCode) {
  if (code !== 'request_in_progress') return problem(code);
  const { retryAfter } = limits;
  return problem(code, { retryAfter, params: { retry_after: retryAfter } });
}
