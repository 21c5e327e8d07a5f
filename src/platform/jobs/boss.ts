import type pg from 'pg';
import PgBoss from 'pg-boss';
import { type QueueName, queues } from './queues.js';

/**
 * pg-boss on our own pool. It neither migrates (`createQueues` does, under the migrator's role) nor schedules by cron
 * (`everySeconds` of a queue does), nor listens; its supervision expires jobs of dead processes and archives old ones.
 */
export function openBoss(pool: pg.Pool, options: { supervise: boolean; migrate: boolean }): PgBoss {
  return new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schedule: false,
    maintenanceIntervalSeconds: 60,
    ...options,
  });
}

/** Makes pg-boss' own tables and every queue of the list, and brings the settings of those that exist up to date. */
export async function createQueues(pool: pg.Pool): Promise<void> {
  const boss = openBoss(pool, { supervise: false, migrate: true });
  await boss.start();
  for (const name of Object.keys(queues) as QueueName[]) {
    const { everySeconds: _, ...settings } = queues[name];
    const queue = { name, retryBackoff: true, ...settings };
    await boss.createQueue(name, queue);
    await boss.updateQueue(name, queue);
  }
  await boss.stop({ graceful: false });
}
