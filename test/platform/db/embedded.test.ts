import fs from 'node:fs';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type pg from 'pg';
import t from 'tap';
import { openDatabase } from '../../../src/platform/db/database.js';
import { DurableFiles, publishDirectory, startParams } from '../../../src/platform/db/embedded/durable-files.js';
import { Child } from '../../support/child.js';

const writeRows = new URL('./fixtures/write-rows.ts', import.meta.url);

t.test('on disk', async (t) => {
  const dataDir = path.join(t.testdir({}), 'db');

  await t.test('what was acknowledged is there after kill -9, and the next start works at once', async (t) => {
    let acknowledged = 0;
    for (const rows of [0, 20, 45]) {
      const writer = new Child(t, writeRows, [dataDir]);
      if (rows > 0) await writer.lineAfter(rows);
      else while (!fs.existsSync(`${dataDir}/cluster.new/PG_VERSION`)) await tick(); // in the middle of the first start
      await writer.kill();
      acknowledged = Number(writer.lines.at(-1) ?? 0);
    }
    const database = await openDatabase({ dataDir });
    const { rows } = await database.pool.query<{ number: number }>('SELECT number FROM written ORDER BY number');
    await database.close();
    t.ok(acknowledged > 45);
    t.ok(rows.length >= acknowledged, `${rows.length} rows, ${acknowledged} acknowledged`);
    t.ok(
      rows.every(({ number }, i) => number === i + 1),
      'without a gap',
    );
  });

  await t.test('every commit reaches the disk', async (t) => {
    const syncs = t.capture(fs, 'fsyncSync', fs.fsyncSync);
    const files = new DurableFiles(path.join(dataDir, 'cluster'));
    const database = await PGlite.create({ fs: files, startParams: startParams(PGlite) });
    syncs();
    await database.exec('INSERT INTO written VALUES (0)');
    t.ok(syncs().length >= 1);
    await database.close();
  });

  await t.test('a directory in use is refused by name', async (t) => {
    const writer = new Child(t, writeRows, [dataDir]);
    await writer.lineAfter(0);
    await t.rejects(openDatabase({ dataDir }), { message: `The database directory ${dataDir} is in use` });
  });
});

t.test('a new cluster is on the disk before it gets its name', async (t) => {
  const directory = t.testdir({ new: { a: '1', b: { c: '2' } } });
  const named = path.join(directory, 'cluster');
  const syncs: boolean[] = [];
  t.intercept(fs, 'fsyncSync', { value: () => syncs.push(fs.existsSync(named)) });
  publishDirectory(path.join(directory, 'new'), named);
  t.same(syncs, [false, false, false, false, true], 'the directory, a, b and c; then the one that holds the new name');
});

t.test('a directory of another PostgreSQL is refused by name, and is free again', async (t) => {
  const dataDir = t.testdir({ cluster: { PG_VERSION: '16\n' } });
  await t.rejects(openDatabase({ dataDir }), { message: /cluster was made by PostgreSQL 16/ });
  t.same(fs.readdirSync(dataDir), ['cluster']);
});

t.test('in memory', async (t) => {
  const database = await openDatabase({ memory: true, vacuumIntervalMs: 50 });
  t.teardown(() => database.close());
  const { pool } = database;
  await pool.query('CREATE TABLE x (a int)');

  await t.test('the version that runs is the one that directories are checked against', async (t) => {
    t.match((await pool.query('SHOW server_version')).rows, [{ server_version: /^18\./ }]);
  });

  await t.test('a long query does not hold up the event loop', async (t) => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await pool.query('SELECT count(*) FROM generate_series(1, 3000000)');
    clearInterval(timer);
    t.ok(ticks > 5, `${ticks} ticks`);
  });

  await t.test(
    'a connection that breaks in the middle of a transaction takes it back and leaves nothing',
    async (t) => {
      const client = await pool.connect();
      await client.query("BEGIN; INSERT INTO x VALUES (1); SET search_path = 'nowhere'; SELECT pg_advisory_lock(1)");
      await client.query({ name: 'kept', text: 'SELECT 1' });
      client.release(true);
      t.same((await pool.query('SELECT * FROM x')).rows, []);
      t.same((await pool.query(`SELECT * FROM pg_locks WHERE locktype = 'advisory'`)).rows, []);
      t.same((await pool.query({ name: 'kept', text: 'SELECT 2 AS a' })).rows, [{ a: 2 }]);
    },
  );

  await t.test('an error leaves the session usable, in and out of a transaction', async (t) => {
    await t.rejects(pool.query('SELECT 1 / $1::int', [0]), { code: '22012' });
    t.same((await pool.query('SELECT $1::int AS a', [3])).rows, [{ a: 3 }]);
    const client: pg.PoolClient = await pool.connect();
    await client.query('BEGIN');
    await t.rejects(client.query('SELECT nothing'), { code: '42703' });
    await t.rejects(client.query('SELECT 1'), { code: '25P02' });
    await client.query('ROLLBACK');
    t.same((await client.query('SELECT 1 AS a')).rows, [{ a: 1 }]);
    client.release();
  });

  await t.test('large values both ways, and many rows', async (t) => {
    const large = 'ñ'.repeat(3_000_000);
    t.ok((await pool.query('SELECT $1::text AS a', [large])).rows[0].a === large);
    t.equal((await pool.query('SELECT generate_series(1, 50000) AS a')).rows.length, 50_000);
  });

  await t.test('dead rows are vacuumed, but not inside a transaction', async (t) => {
    const size = async (on: pg.Pool | pg.PoolClient) =>
      Number((await on.query(`SELECT pg_relation_size('x') AS size`)).rows[0].size);
    await pool.query('INSERT INTO x SELECT generate_series(1, 10000)');
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('DELETE FROM x');
    await new Promise((done) => setTimeout(done, 200));
    t.ok((await size(client)) > 0, 'the transaction went on undisturbed');
    await client.query('COMMIT');
    client.release();
    while ((await size(pool)) > 0) await tick();
    t.pass('the deleted rows gave their space back');
  });
});

function tick(): Promise<void> {
  return new Promise((done) => setTimeout(done, 10));
}
