import t from 'tap';
import { groupReads } from '../../../src/platform/db/batch.js';
import { type Database, openDatabase } from '../../../src/platform/db/database.js';
import { Prisma } from '../../../src/platform/db/generated/client.js';
import { sqlState } from '../../../src/platform/db/sql-errors.js';
import { type Tx, UnitOfWork } from '../../../src/platform/db/unit-of-work.js';
import { problem } from '../../../src/problems.js';
import { type Teardown, testDatabase, testDatabaseUrl, testServerUrl } from '../../support/database.js';

const needsServer = { skip: testServerUrl ? false : 'needs a server' };
const busy = { code: 'service_unavailable', options: { retryAfter: 2, params: { retry_after: 2 } } };
const raise = {
  conflict: (tx: Tx) => tx.$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$`,
  deadlock: (tx: Tx) => tx.$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END $$`,
};

t.test('on one database', async (t) => {
  const database = await testDatabase(t);
  const unitOfWork = new UnitOfWork(database);
  await database.pool.query('CREATE TABLE x (a int PRIMARY KEY)');
  const insert = (tx: Tx, a: number) => tx.$executeRaw`INSERT INTO x VALUES (${a})`;
  const rows = async () => (await database.pool.query('SELECT a FROM x ORDER BY a')).rows;
  t.beforeEach(() => database.pool.query('TRUNCATE x'));

  await t.test('commits what succeeds, takes back what throws, and hands the error on', async (t) => {
    t.equal(await unitOfWork.run((tx) => insert(tx, 1)), 1);
    const refused = unitOfWork.run(async (tx) => {
      await insert(tx, 2);
      throw problem('not_found');
    });
    await t.rejects(refused, { code: 'not_found' });
    const duplicate = await unitOfWork.run((tx) => insert(tx, 1)).catch((error: unknown) => error);
    t.equal(sqlState(duplicate), '23505');
    t.same(await rows(), [{ a: 1 }]);
  });

  await t.test('runs again from the start after a conflict or a deadlock, and gives up after five times', async (t) => {
    for (const lose of Object.values(raise)) {
      let attempts = 0;
      await unitOfWork.run(async (tx) => {
        await insert(tx, ++attempts);
        if (attempts < 3) await lose(tx);
      });
      t.same(await rows(), [{ a: 3 }], 'only the last attempt is left');
      await database.pool.query('TRUNCATE x');
      attempts = 0;
      const lost = unitOfWork.run((tx) => {
        attempts++;
        return lose(tx);
      });
      await t.rejects(lost, busy);
      t.equal(attempts, 5);
    }
  });

  await t.test('any other error is not tried again', async (t) => {
    let attempts = 0;
    const failing = unitOfWork.run((tx) => {
      attempts++;
      return tx.$executeRaw`SELECT 1 / 0`;
    });
    t.equal(sqlState(await failing.catch((error: unknown) => error)), '22012');
    t.equal(attempts, 1);
  });

  await t.test('one statement alone takes and gives values as they are', async (t) => {
    const bytes = Buffer.from([0, 92, 255]);
    const [list, big, text] = [[bytes, bytes], 2n ** 53n + 1n, "'; DROP TABLE x; --"];
    const values = Prisma.sql`${bytes}::bytea AS bytes, ${list}::bytea[] AS list, ${big}::int8 AS big, ${text}::text AS text`;
    t.same(await unitOfWork.query(Prisma.sql`SELECT ${values}, NULL::uuid AS none`), [
      { bytes, list, big, text, none: null },
    ]);
    const failing = unitOfWork.query(Prisma.sql`SELECT 1 / ${0}::int`).catch((error: unknown) => error);
    t.equal(sqlState(await failing), '22012');
  });

  await t.test('a second connection inside a transaction is an error at once, not a deadlock', async (t) => {
    const message = /A transaction is open here/;
    const find = groupReads(async (keys: string[]) => new Map(keys.map((key) => [key, key])));
    await t.rejects(
      unitOfWork.run(() => unitOfWork.run((tx) => insert(tx, 1))),
      { message },
    );
    await t.rejects(
      unitOfWork.run(() => unitOfWork.read((tx) => insert(tx, 1))),
      { message },
    );
    await t.rejects(
      unitOfWork.run(() => unitOfWork.query(Prisma.sql`SELECT 1`)),
      { message },
    );
    await t.rejects(
      unitOfWork.run(() => find('a')),
      { message },
    );
    await t.rejects(
      unitOfWork.run(() =>
        unitOfWork
          .run((tx) => insert(tx, 1))
          .catch(() => {
            throw new Error('swallowed');
          }),
      ),
      { message: 'swallowed' },
    );
    t.same(await rows(), []);
  });

  await t.test('what a transaction left running may begin one of its own afterwards', async (t) => {
    let later: Promise<number> | undefined;
    await unitOfWork.run(async (tx) => {
      await insert(tx, 1);
      later = new Promise<void>((done) => setTimeout(done, 50)).then(() => unitOfWork.run((own) => insert(own, 2)));
    });
    await later;
    t.same(await rows(), [{ a: 1 }, { a: 2 }]);
  });

  await t.test('many at once all get their turn', async (t) => {
    await Promise.all(Array.from({ length: 50 }, (_, a) => unitOfWork.run((tx) => insert(tx, a))));
    t.equal((await rows()).length, 50);
  });
});

t.test('instants come back as they went in, whatever zone the server is set to', async (t) => {
  const { pool, prisma } = testServerUrl
    ? await inAnotherZone(t, await testDatabaseUrl(t, testServerUrl))
    : await testDatabase(t);
  const at = new Date('2026-02-03T04:05:06.789Z');
  t.same(await prisma.$queryRaw`SELECT ${at}::timestamptz AS at`, [{ at }]);
  t.same(await new UnitOfWork({ prisma, pool }).query(Prisma.sql`SELECT ${at}::timestamptz AS at`), [{ at }]);
  t.same((await pool.query('SHOW TimeZone')).rows, [{ TimeZone: 'UTC' }]);
});

t.test('a server that is out of reach is a refusal to be retried', async (t) => {
  const database = await openDatabase({ url: 'postgresql://nobody@127.0.0.1:1/none' });
  t.teardown(() => database.close());
  const unitOfWork = new UnitOfWork(database);
  await t.rejects(
    unitOfWork.run((tx) => tx.customer.count()),
    busy,
  );
  await t.rejects(
    unitOfWork.read((tx) => tx.customer.count()),
    busy,
  );
  await t.rejects(unitOfWork.query(Prisma.sql`SELECT 1`), busy);
});

t.test('on a server with rivals', needsServer, async (t) => {
  const url = await testDatabaseUrl(t, testServerUrl ?? '');
  const database = await openDatabase({ url, poolSize: 2 });
  t.teardown(() => database.close());
  const unitOfWork = new UnitOfWork(database);
  await database.pool.query('CREATE TABLE x AS SELECT generate_series(1, 2) AS a, 0 AS b');

  await t.test('two that lock in opposite order both succeed', async (t) => {
    let first = 0;
    let pair: Promise<unknown> | undefined;
    const bothHoldOne = new Promise<void>((meet) => {
      const lock = (a: number, b: number) =>
        unitOfWork.run(async (tx) => {
          await tx.$executeRaw`UPDATE x SET b = b + 1 WHERE a = ${a}`;
          if (++first === 2) meet();
          await bothHoldOne;
          await tx.$executeRaw`UPDATE x SET b = b + 1 WHERE a = ${b}`;
        });
      pair = Promise.all([lock(1, 2), lock(2, 1)]);
    });
    await pair;
    t.ok(first > 2, 'one of them ran again');
    t.same((await database.pool.query('SELECT b FROM x')).rows, [{ b: 2 }, { b: 2 }]);
  });

  await t.test('the end of one transaction takes nothing from another', async (t) => {
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const first = unitOfWork.run(() => begun);
    const second = unitOfWork.run(async () => {
      begin();
      await first;
      await unitOfWork.run(async () => {});
    });
    await t.rejects(second, { message: /A transaction is open here/ });
  });

  await t.test('a lock that is not had in time', async (t) => {
    const holder = await database.pool.connect();
    await holder.query('BEGIN; SELECT * FROM x FOR UPDATE');
    const waiting = unitOfWork.run(async (tx) => {
      await tx.$executeRaw`SET LOCAL lock_timeout = 50`;
      await tx.$executeRaw`UPDATE x SET b = 1`;
    });
    await t.rejects(waiting, busy);
    await holder.query('ROLLBACK');
    holder.release();
  });

  await t.test('a statement that takes too long', async (t) => {
    const slow = unitOfWork.run(async (tx) => {
      await tx.$executeRaw`SET LOCAL statement_timeout = 50`;
      await tx.$executeRaw`SELECT pg_sleep(10)`;
    });
    await t.rejects(slow, busy);
  });

  await t.test('a connection that the server ends', async (t) => {
    const ended = unitOfWork.run((tx) => tx.$executeRaw`SELECT pg_terminate_backend(pg_backend_pid())`);
    await t.rejects(ended, busy);
    t.equal(await unitOfWork.run((tx) => tx.$executeRaw`SELECT 1`), 1, 'and is replaced');
  });

  await t.test('no connection free', async (t) => {
    const held = [await database.pool.connect(), await database.pool.connect()];
    await t.rejects(
      unitOfWork.run((tx) => tx.customer.count()),
      busy,
    );
    for (const client of held) client.release();
    t.equal(await unitOfWork.run((tx) => tx.customer.count()), 0, 'the one that gave up holds none');
    t.equal(await unitOfWork.run((tx) => tx.customer.count()), 0);
  });
});

async function inAnotherZone(t: Teardown, url: string): Promise<Database> {
  const first = await openDatabase({ url });
  await first.pool.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET TimeZone = 'America/Tijuana'`);
  await first.close();
  const database = await openDatabase({ url });
  t.teardown(() => database.close());
  return database;
}
