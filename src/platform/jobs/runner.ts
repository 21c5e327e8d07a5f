import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type PgBoss from 'pg-boss';
import type { BaseLogger } from 'pino';
import type { Clock } from '../clock.js';
import { openBoss } from './boss.js';
import { type JobData, type QueueName, queueNames, queues } from './queues.js';

/**
 * Does the work of one job. Runs at least once, so it must be harmless to run again.
 *
 * @param signal aborts when the job has run too long or the process stops without waiting further
 */
export type JobHandler<Name extends QueueName> = (data: JobData[Name], signal: AbortSignal) => Promise<unknown>;

/** The handlers of this process; queues without one are left to others. */
export type JobHandlers = { readonly [Name in QueueName]?: JobHandler<Name> };

/** One cheap query asks for all queues at once, so that polling does not get in the way of stamps. */
const pollIntervalMs = 1_000;
/** Recurring jobs are offered this often; the database keeps one for each span. */
const scheduleIntervalMs = 600_000;

const dueQueues = `SELECT name, count(*)::int AS jobs FROM pgboss.job
  WHERE name = ANY($1) AND state < 'active' AND start_after < now() GROUP BY name`;

/** A job under way: `done` resolves at its end, however it ended. */
interface Running {
  readonly queue: QueueName;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Runs the jobs of the queues that have a handler, a bounded number of each at once. */
export class JobRunner {
  readonly #boss: PgBoss;
  readonly #names: QueueName[];
  readonly #running = new Set<Running>();
  #stopping = false;
  #loop: Promise<void> | undefined;
  #pause = new AbortController();
  #scheduledAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly pool: pg.Pool,
    private readonly handlers: JobHandlers,
    private readonly clock: Clock,
    private readonly log: Pick<BaseLogger, 'error' | 'warn'>,
  ) {
    this.#boss = openBoss(pool, { migrate: false, supervise: true });
    this.#boss.on('error', (error) => log.error({ err: error }, 'job maintenance failed'));
    this.#names = queueNames.filter((name) => handlers[name]);
  }

  /** @throws Error when the queues were not made by `timbrel migrate` */
  async start(): Promise<void> {
    await this.#boss.start();
    this.#loop = this.#poll();
  }

  /**
   * Takes no more jobs and waits for those that run. After `timeoutMs` their signals abort, and what still runs then is
   * given to another process when its time is over.
   */
  async stop(timeoutMs: number): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.#loop;
    const waited = new AbortController();
    const drained = Promise.all([...this.#running].map(({ done }) => done)).then(() => waited.abort());
    await Promise.race([drained, sleep(timeoutMs, undefined, { signal: waited.signal }).catch(() => {})]);
    for (const { abort } of this.#running) abort.abort();
    await this.#boss.stop({ graceful: false });
  }

  /** Looks for due jobs now instead of at the next poll. */
  wake(): void {
    this.#pause.abort();
  }

  async #poll(): Promise<void> {
    while (!this.#stopping) {
      this.#pause = new AbortController();
      try {
        await this.#schedule();
        await this.#takeDue();
      } catch (error) {
        this.log.warn({ err: error }, 'jobs could not be fetched');
      }
      await sleep(pollIntervalMs, undefined, { signal: this.#pause.signal }).catch(() => {});
    }
  }

  async #schedule(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now - this.#scheduledAt < scheduleIntervalMs) return;
    for (const name of this.#names) {
      const { everySeconds } = queues[name];
      if (everySeconds) await this.#boss.send(name, {}, { singletonSeconds: everySeconds });
    }
    this.#scheduledAt = now;
  }

  async #takeDue(): Promise<void> {
    const { rows } = await this.pool.query<{ name: QueueName; jobs: number }>(dueQueues, [this.#names]);
    for (const { name, jobs } of rows) {
      const busy = [...this.#running].filter(({ queue }) => queue === name).length;
      const batchSize = Math.min(jobs, queues[name].concurrency - busy);
      if (batchSize <= 0) continue;
      const more = jobs > batchSize;
      for (const job of await this.#boss.fetch<never>(name, { batchSize })) this.#begin(name, job, more);
    }
  }

  /** @param more jobs are waiting that there was no room for, so the end of this one is the time to look again */
  #begin<Name extends QueueName>(queue: Name, job: PgBoss.Job<JobData[Name]>, more: boolean): void {
    const abort = new AbortController();
    const running: Running = {
      queue,
      abort,
      done: this.#run(queue, job, abort).finally(() => this.#end(running, more)),
    };
    this.#running.add(running);
  }

  #end(running: Running, more: boolean): void {
    this.#running.delete(running);
    if (more) this.wake();
  }

  async #run<Name extends QueueName>(
    queue: Name,
    { id, data }: PgBoss.Job<JobData[Name]>,
    abort: AbortController,
  ): Promise<void> {
    const timer = setTimeout(() => abort.abort(), queues[queue].expireSeconds * 1_000);
    try {
      await this.handlers[queue]?.(data, abort.signal);
      await this.#boss.complete(queue, id);
    } catch (error) {
      this.log.error({ err: error, queue, job: id }, 'job failed');
      await this.#fail(queue, id, error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Puts a job back for a later attempt. Where even that fails, it runs again when its time is over: at least once. */
  async #fail(queue: QueueName, id: string, reason: unknown): Promise<void> {
    try {
      await this.#boss.fail(queue, id, { message: String(reason) });
    } catch (error) {
      this.log.error({ err: error, queue, job: id }, 'the failure of a job could not be recorded');
    }
  }
}
