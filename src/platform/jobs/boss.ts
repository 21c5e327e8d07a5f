import type pg from 'pg';
import PgBoss from 'pg-boss';
import { queueNames, queues } from './queues.js';

/** Jobs of dead processes are looked for, and finished ones archived, this often. */
const maintenanceIntervalSeconds = 60;
/** Finished jobs stay among the living this long: longer than any recurring one's span, as they mark that it ran. */
const keepFinishedSeconds = 2 * 86_400;

/**
 * pg-boss on our own pool. It keeps the jobs, nothing else: queues come from `createQueues`, schedules from the list of
 * queues, and jobs are run by `JobRunner`, as pg-boss' own workers neither wait for the end of a job's record nor
 * survive its failure. `migrate` makes its tables; `supervise` expires jobs of dead processes and archives old ones.
 */
export function openBoss(pool: pg.Pool, options: { migrate: boolean; supervise: boolean }): PgBoss {
  const executeSql = (text: string, values?: unknown[]) => pool.query(text, values);
  return new PgBoss({
    db: { executeSql },
    schedule: false,
    maintenanceIntervalSeconds,
    archiveCompletedAfterSeconds: keepFinishedSeconds,
    archiveFailedAfterSeconds: keepFinishedSeconds,
    ...options,
  });
}

/**
 * Makes pg-boss' tables and every queue of the list, and brings the settings of those that exist up to date. Safe to
 * repeat and to run in several processes at once. Needs a role that may create tables unless all is there already.
 */
export async function createQueues(pool: pg.Pool): Promise<void> {
  const boss = openBoss(pool, { migrate: true, supervise: false });
  await boss.start();
  for (const name of queueNames) {
    const { retryLimit, retryDelaySeconds: retryDelay, expireSeconds: expireInSeconds } = queues[name];
    const queue = { name, retryLimit, retryDelay, retryBackoff: true, expireInSeconds };
    await boss.createQueue(name, queue);
    await boss.updateQueue(name, queue);
  }
  await boss.stop({ graceful: false });
}
