import { forgetLoginFailures } from './features/identity/index.js';
import type { Clock } from './platform/clock.js';
import type { Database } from './platform/db/database.js';
import { ensurePartitions } from './platform/db/migrate.js';
import { UnitOfWork } from './platform/db/unit-of-work.js';
import { forgetExpiredAnswers } from './platform/http/idempotency.js';
import { JobRunner } from './platform/jobs/runner.js';
import type { Logger } from './platform/log.js';

/** What happens without being asked for: each queue of platform/jobs/queues.ts and what serves it. */
export function backgroundJobs(database: Database, clock: Clock, logger: Logger): JobRunner {
  const uow = new UnitOfWork(database);
  const handlers = {
    'database.partitions': () => ensurePartitions(database.pool),
    'database.expired': async () => {
      await uow.run((tx) => forgetExpiredAnswers(tx, clock));
      await uow.run((tx) => forgetLoginFailures(tx, clock));
    },
  };
  return new JobRunner(database.pool, handlers, clock, logger);
}
