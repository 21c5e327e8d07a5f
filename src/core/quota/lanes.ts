import { setImmediate as nextTurn } from 'node:timers/promises';
import { problem } from '../../problems.js';
import { limits } from './limits.js';

/** What became of one request of a batch. */
export type Settled<Answer> = { value: Answer } | { error: unknown };

/** Commits one batch of one account; one settlement for each request, in order. It throws when the database is out of reach. */
export type Commit<Request, Answer> = (accountId: string, batch: Request[]) => Promise<Settled<Answer>[]>;

interface Waiting<Request, Answer> {
  request: Request;
  bytes: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Group commit: each account has one lane, and a lane has one commit under way. What comes in meanwhile gathers and
 * shares the next commit. There is no timer: a request alone waits for one turn of the event loop, so that requests
 * that arrived together go together. A lane exists only while it has something to do.
 */
export class Lanes<Request, Answer> {
  readonly #commit: Commit<Request, Answer>;
  readonly #queues = new Map<string, Waiting<Request, Answer>[]>();
  readonly #running = new Set<Promise<void>>();
  #waiting = 0;
  #waitingBytes = 0;
  #closed = false;

  constructor(commit: Commit<Request, Answer>) {
    this.#commit = commit;
  }

  /**
   * Queues a request in its account's lane.
   *
   * @param bytes what the request takes of the memory that queues may use
   * @throws Problem `service_unavailable` when a queue is full or the lanes are draining: then nothing was queued
   */
  submit(accountId: string, request: Request, bytes: number): Promise<Answer> {
    const queue = this.#queues.get(accountId) ?? [];
    if (this.#closed || this.#isFull(queue.length, bytes)) return Promise.reject(unavailable());
    this.#waiting += 1;
    this.#waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      queue.push({ request, bytes, resolve, reject });
      if (!this.#queues.has(accountId)) this.#start(accountId, queue);
    });
  }

  /** Refuses new requests from now on; done when everything that was accepted has been answered. */
  async drain(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#running);
  }

  #isFull(queued: number, bytes: number): boolean {
    if (queued >= limits.queuePerAccount || this.#waiting >= limits.queueTotal) return true;
    return this.#waiting > 0 && this.#waitingBytes + bytes > limits.queueBytes;
  }

  #start(accountId: string, queue: Waiting<Request, Answer>[]): void {
    this.#queues.set(accountId, queue);
    const running = this.#run(accountId, queue).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #run(accountId: string, queue: Waiting<Request, Answer>[]): Promise<void> {
    for (;;) {
      await nextTurn();
      if (queue.length === 0) break;
      await this.#settle(accountId, queue);
    }
    this.#queues.delete(accountId);
  }

  #take(queue: Waiting<Request, Answer>[], most: number, mostBytes: number): Waiting<Request, Answer>[] {
    let size = 0;
    let bytes = 0;
    for (const next of queue) {
      if (size === most || (size > 0 && bytes + next.bytes > mostBytes)) break;
      size += 1;
      bytes += next.bytes;
    }
    this.#waiting -= size;
    this.#waitingBytes -= bytes;
    return queue.splice(0, size);
  }

  async #settle(accountId: string, queue: Waiting<Request, Answer>[]): Promise<void> {
    const batch = this.#take(queue, limits.batchSize, limits.batchBytes);
    try {
      const settled = await this.#commit(
        accountId,
        batch.map(({ request }) => request),
      );
      batch.forEach(({ resolve, reject }, n) => {
        const one = settled[n]!;
        if ('value' in one) resolve(one.value);
        else reject(one.error);
      });
    } catch (error) {
      // Whoever waits behind would wait as long and in vain: together they would wait for as many times as there are batches.
      const behind = this.#take(queue, queue.length, Number.POSITIVE_INFINITY);
      for (const { reject } of [...batch, ...behind]) reject(error);
    }
  }
}

/** The refusal of a request that was not taken, or whose outcome could not be learnt. */
export function unavailable(cause?: unknown) {
  const { retryAfter } = limits;
  return problem('service_unavailable', { retryAfter, params: { retry_after: retryAfter }, cause });
}
