import { problem } from '../problems.js';

/** How much may run, and how much may wait. */
export interface WorkBounds {
  /** At once; each holds a thread that signatures need too. */
  readonly concurrency: number;
  /** Callers that may wait; one more is refused at once. */
  readonly queueLimit: number;
}

/**
 * Work that takes a thread for long, or much memory: a bounded number runs at once and a bounded number waits, so that a
 * wave of requests can exhaust neither.
 */
export class BoundedWork {
  readonly #bounds: WorkBounds;
  readonly #waiting: Array<() => void> = [];
  #running = 0;

  constructor(bounds: WorkBounds) {
    this.#bounds = bounds;
  }

  /** Runs the work when there is a place for it. Throws `service_unavailable` where too many wait. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** A place that becomes free is handed over, so that nobody slips in between. */
  async #enter(): Promise<void> {
    if (this.#running < this.#bounds.concurrency) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= this.#bounds.queueLimit) {
      throw problem('service_unavailable', { retryAfter: 2, params: { retry_after: 2 } });
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}
