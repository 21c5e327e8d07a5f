import path from 'node:path';
import t from 'tap';
import { systemClock } from '../../../src/platform/clock.js';
import { type Database, openDatabase } from '../../../src/platform/db/database.js';
import { UnitOfWork } from '../../../src/platform/db/unit-of-work.js';
import { openBoss } from '../../../src/platform/jobs/boss.js';
import { JobQueue } from '../../../src/platform/jobs/enqueue.js';
import { type JobHandler, JobRunner } from '../../../src/platform/jobs/runner.js';
import { Child } from '../../support/child.js';
import { type Teardown, testDatabase, testDatabaseUrl, testServerUrl } from '../../support/database.js';

const queue = 'database.partitions';
const takeJob = new URL('./fixtures/take-job.ts', import.meta.url);
const quiet = { error() {}, warn() {} };

async function jobsIn(database: Database) {
  const { rows } = await database.pool.query<{ state: string; retry_count: number }>(
    'SELECT state, retry_count FROM pgboss.job WHERE name = $1 ORDER BY retry_count DESC, started_on',
    [queue],
  );
  return rows;
}

/** Note that every runner, at its start, also offers the recurring job of the queue. */
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

t.test('the job of a process that was killed in the middle runs again', async (t) => {
  const location = testServerUrl ? await testDatabaseUrl(t, testServerUrl) : path.join(t.testdir({}), 'db');
  const victim = new Child(t, takeJob, [location]);
  await victim.lineAfter(0);
  await victim.kill();
  const database = await openDatabase(testServerUrl ? { url: location } : { dataDir: location });
  t.teardown(() => database.close());
  t.match(await jobsIn(database), [{ state: 'active' }, {}], 'it died with a job in its hands');
  await database.pool.query(`UPDATE pgboss.job SET expire_in = '0', retry_delay = 0 WHERE state = 'active'`);
  await openBoss(database.pool, { migrate: false, supervise: false }).expire();
  await startRunner(t, database, async () => {});
  await until(async () => (await jobsIn(database)).every(({ state }) => state === 'completed'));
  t.match(await jobsIn(database), [{ retry_count: 1 }, {}]);
});

t.test('stop waits for the jobs under way, and aborts them when their time is over', async (t) => {
  const database = await testDatabase(t);
  let finish = () => {};
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const runner = await startRunner(t, database, (_data, signal) => {
    begin();
    return new Promise<void>((done, fail) => {
      finish = done;
      signal.addEventListener('abort', () => fail(new Error('aborted')));
    });
  });
  await begun;
  let stopped = false;
  const stopping = runner.stop(60_000).then(() => {
    stopped = true;
  });
  await database.pool.query('SELECT 1');
  t.notOk(stopped);
  finish();
  await stopping;
  t.match(await jobsIn(database), [{ state: 'completed' }]);

  await new UnitOfWork(database).run((tx) => new JobQueue(database.pool).enqueue(tx, queue, {}));
  let aborted = false;
  const second = await startRunner(t, database, (_data, signal) => {
    begin();
    return new Promise((_, fail) =>
      signal.addEventListener('abort', () => {
        aborted = true;
        fail(new Error('aborted'));
      }),
    );
  });
  await until(async () => (await jobsIn(database)).some(({ state }) => state === 'active'));
  await second.stop(1);
  t.ok(aborted);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((done) => setTimeout(done, 20));
}
