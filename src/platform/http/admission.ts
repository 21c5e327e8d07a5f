import type { FastifyReply } from 'fastify';
import { type Problem, problem } from '../../problems.js';

/** Seconds after which a refused caller may try again. */
const retryAfter = 1;

/**
 * How many requests are being worked on. Beyond a bound a quick 503 serves everybody better than a queue that answers
 * after its callers have given up; while the server stops, only what was accepted is still answered.
 */
export class Admission {
  readonly #open = new Set<FastifyReply>();
  #draining = false;
  #allAnswered = () => {};

  constructor(private readonly maxInFlight: number) {}

  /** Whether the server is stopping. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Counts a request until its answer is out, or its caller gone. Null where it may go on. */
  enter(reply: FastifyReply, exempt: boolean): Problem | null {
    this.#open.add(reply);
    reply.raw.once('close', () => {
      this.#open.delete(reply);
      if (this.#draining && this.#open.size === 0) this.#allAnswered();
    });
    if (this.#draining) reply.header('connection', 'close');
    else if (this.#open.size <= this.maxInFlight) return null;
    return exempt ? null : problem('service_unavailable', { retryAfter, params: { retry_after: retryAfter } });
  }

  /** Takes no more requests and has the connections of those under way closed after them; done when all are answered. */
  drain(): Promise<void> {
    this.#draining = true;
    for (const reply of this.#open) {
      if (!reply.raw.headersSent) reply.raw.setHeader('connection', 'close');
    }
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#allAnswered = resolve;
    });
  }
}
