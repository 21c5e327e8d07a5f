import t from 'tap';
import { systemClock } from '../../../src/platform/clock.js';
import type { Database } from '../../../src/platform/db/database.js';
import { UnitOfWork } from '../../../src/platform/db/unit-of-work.js';
import { JobQueue } from '../../../src/platform/jobs/enqueue.js';
import { type JobHandler, JobRunner } from '../../../src/platform/jobs/runner.js';
import { type Teardown, testDatabase } from '../../support/database.js';

const queue = 'database.partitions';
const quiet = { error() {}, warn() {} };

async function jobsIn(database: Database) {
  const { rows } = await database.pool.query<{ state: string; retry_count: number }>(
    'SELECT state, retry_count FROM pgboss.job WHERE name = $1',
    [queue],
  );
  return rows;
}

/** The recurring job of the queue, which every runner offers at its start, is out of these tests' way. */
function startRunner(t: Teardown, database: Database, handler: JobHandler<typeof queue>) {
  const runner = new JobRunner(database.pool, { [queue]: handler }, systemClock, quiet);
  t.teardown(() => runner.stop(1_000));
  return runner.start().then(() => runner);
}

t.test('a job exists when its transaction commits, and never when it rolls back', async (t) => {
  const database = await testDatabase(t);
  const unitOfWork = new UnitOfWork(database);
  const jobs = new JobQueue(database.pool);
  const refused = unitOfWork.run(async (tx) => {
    await jobs.enqueue(tx, queue, {});
    throw new Error('no');
  });
  await t.rejects(refused, { message: 'no' });
  t.same(await jobsIn(database), []);
  await unitOfWork.run((tx) => jobs.enqueue(tx, queue, {}));
  t.match(await jobsIn(database), [{ state: 'created' }]);
});

t.test('a job that is not due yet waits', async (t) => {
  const database = await testDatabase(t);
  const jobs = new JobQueue(database.pool);
  const startAfter = new Date('2999-01-01T00:00:00Z');
  await new UnitOfWork(database).run((tx) => jobs.enqueue(tx, queue, {}, { startAfter }));
  const { rows } = await database.pool.query<{ start_after: Date }>('SELECT start_after FROM pgboss.job');
  t.same(rows, [{ start_after: startAfter }]);
});

t.test('a committed job runs and is completed; a recurring one is offered once by several processes', async (t) => {
  const database = await testDatabase(t);
  let runs = 0;
  const done = new Promise<void>((resolve) => {
    const handler = async () => {
      runs++;
      resolve();
    };
    void startRunner(t, database, handler);
    void startRunner(t, database, handler);
  });
  await done;
  await until(async () => (await jobsIn(database)).every(({ state }) => state === 'completed'));
  t.equal(runs, 1);
  t.match(await jobsIn(database), [{ state: 'completed' }]);
});

t.test('a failing job is put back for a later attempt', async (t) => {
  const database = await testDatabase(t);
  await startRunner(t, database, async () => {
    throw new Error('not now');
  });
  await until(async () => (await jobsIn(database))[0]?.state === 'retry');
  const { rows } = await database.pool.query('SELECT start_after > now() AS later, output FROM pgboss.job');
  t.match(rows, [{ later: true, output: { message: 'Error: not now' } }]);
});

t.test('the job of a process that died runs again', async (t) => {
  const database = await testDatabase(t);
  await new UnitOfWork(database).run((tx) => new JobQueue(database.pool).enqueue(tx, queue, {}));
  const runner = await startRunner(t, database, async (_data, signal) => {
    await new Promise((_, reject) => signal.addEventListener('abort', reject));
  });
  await until(async () => (await jobsIn(database)).some(({ state }) => state === 'active'));
  t.pass('taken');
  await runner.stop(1);
});

t.test('stop waits for the jobs under way', async (t) => {
  const database = await testDatabase(t);
  let finish: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    void startRunner(t, database, () => {
      resolve();
      return new Promise<void>((done) => {
        finish = done;
      });
    }).then((runner) => {
      runnerStopped = () => runner.stop(60_000);
    });
  });
  let runnerStopped: () => Promise<void> = async () => {};
  await begun;
  const stopped = runnerStopped();
  t.equal(await Promise.race([stopped.then(() => 'stopped'), Promise.resolve('waiting')]), 'waiting');
  finish();
  await stopped;
  t.match(await jobsIn(database), [{ state: 'completed' }]);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((done) => setTimeout(done, 20));
}
