import type { Database } from './db/database.js';
import { ensurePartitions, migrateDeploy } from './db/migrate.js';
import { createQueues } from './jobs/boss.js';

/**
 * What `timbrel migrate` does and what the server does at start: migrations, partitions and queues. Safe to repeat, to
 * run in several processes at once and to kill at any moment.
 *
 * @returns the names of the migrations that were applied now
 * @throws Error when the database is newer than the code
 */
export async function prepareDatabase(database: Database): Promise<string[]> {
  const applied = await migrateDeploy(database.pool);
  await ensurePartitions(database.pool);
  await createQueues(database.pool);
  return applied;
}
