/** The one file where SQL runs that is not a tagged template: pg-boss brings its statements as strings, with parameters. */
import type pg from 'pg';
import type PgBoss from 'pg-boss';
import type { Prisma } from '../db/generated/client.js';
import type { Tx } from '../db/unit-of-work.js';
import { openBoss } from './boss.js';
import type { JobData, QueueName } from './queues.js';

/** What may be said about one job. */
export interface EnqueueOptions {
  /** Not before this instant. */
  startAfter?: Date;
}

/** Puts jobs into the queues, inside the transactions that cause them. */
export class JobQueue {
  readonly #boss: PgBoss;

  constructor(pool: pg.Pool) {
    this.#boss = openBoss(pool, { migrate: false, supervise: false });
  }

  /**
   * Adds a job. It exists when `tx` commits and never when it rolls back, and runs at least once from then on, whatever
   * becomes of this process.
   */
  async enqueue<Name extends QueueName>(
    tx: Tx,
    queue: Name,
    data: JobData[Name],
    { startAfter }: EnqueueOptions = {},
  ): Promise<void> {
    const id = await this.#boss.send(queue, data, { db: inTransaction(tx), ...(startAfter && { startAfter }) });
    if (id === null) throw new Error(`Queue ${queue} does not exist: run timbrel migrate.`);
  }
}

function inTransaction(tx: Tx): PgBoss.Db {
  const client = tx as Prisma.TransactionClient;
  return {
    executeSql: async (text, values) => ({ rows: await client.$queryRawUnsafe<unknown[]>(text, ...values) }),
  };
}
