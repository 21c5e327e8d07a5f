import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import t, { type Test } from 'tap';
import { type Database, openDatabase } from '../../../src/platform/db/database.js';
import { migrateDeploy, migrationsDirectory } from '../../../src/platform/db/migrate.js';
import { prepareDatabase } from '../../../src/platform/prepare.js';
import { Child } from '../../support/child.js';
import { emptyDatabase, testDatabase, testDatabaseUrl, testServerUrl } from '../../support/database.js';

const fixture = new URL('./fixtures/migrate.ts', import.meta.url);

/** Lays out migrations as Prisma does. */
function layOut(t: Test, migrations: Record<string, string>): string {
  return t.testdir(
    Object.fromEntries(Object.entries(migrations).map(([name, sql]) => [name, { 'migration.sql': sql }])),
  );
}

async function recorded(database: Database) {
  const { rows } = await database.pool.query(
    'SELECT migration_name AS name, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS taken_back FROM _prisma_migrations ORDER BY started_at, 1',
  );
  return rows;
}

/** Three migrations that each take a while, and whose effects can be counted. */
const slow = Object.fromEntries(
  ['1_one', '2_two', '3_three'].map((name) => [
    name,
    `CREATE TABLE IF NOT EXISTS effect (name text); SELECT pg_sleep(0.1); INSERT INTO effect VALUES ('${name}');
     CREATE TABLE "t_${name}" (a int); SELECT pg_sleep(0.1);`,
  ]),
);
const slowEffects = Object.keys(slow).map((name) => ({ name }));

t.test('applies what is missing, in order, and nothing twice', async (t) => {
  const database = await emptyDatabase(t);
  const first = { '1_one': 'CREATE TABLE one (a int)' };
  const both = {
    ...first,
    '2_two':
      'ALTER TABLE one ADD b int; CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;',
  };
  t.same(await migrateDeploy(database.pool, layOut(t, first)), ['1_one']);
  t.same(await migrateDeploy(database.pool, layOut(t, both)), ['2_two']);
  t.same(await migrateDeploy(database.pool, layOut(t, both)), []);
  t.match(await recorded(database), [
    { name: '1_one', finished: true },
    { name: '2_two', finished: true },
  ]);
});

t.test('a database that is newer than the code is refused, and so is an edited migration', async (t) => {
  const database = await emptyDatabase(t);
  await migrateDeploy(database.pool, layOut(t, { '1_one': 'SELECT 1', '2_two': 'SELECT 2' }));
  await t.rejects(migrateDeploy(database.pool, layOut(t, { '1_one': 'SELECT 1' })), {
    message: /newer than this version of Timbrel.*2_two/,
  });
  await t.rejects(migrateDeploy(database.pool, layOut(t, { '1_one': 'SELECT 1', '2_two': 'SELECT 3' })), {
    message: /2_two was modified/,
  });
});

t.test('a migration that fails leaves nothing, says which it was, and may be mended and run again', async (t) => {
  const database = await emptyDatabase(t);
  const bad = layOut(t, { '1_one': 'CREATE TABLE one (a int); SELECT 1 / 0' });
  await t.rejects(migrateDeploy(database.pool, bad), { message: /1_one failed and was rolled back: division by zero/ });
  t.same(await migrateDeploy(database.pool, layOut(t, { '1_one': 'CREATE TABLE one (a int)' })), ['1_one']);
  const ends = layOut(t, { '1_one': 'CREATE TABLE one (a int)', '2_two': 'CREATE TABLE two (a int);\nCOMMIT;' });
  await t.rejects(migrateDeploy(database.pool, ends), { message: /2_two must not begin or end transactions/ });
});

t.test('a deploy that was killed before us and left an open record does not block', async (t) => {
  const database = await emptyDatabase(t);
  await migrateDeploy(database.pool, layOut(t, {}));
  await database.pool.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('a', 'b', '1_one')`);
  t.same(await migrateDeploy(database.pool, layOut(t, { '1_one': 'SELECT 1' })), ['1_one']);
  t.match(await recorded(database), [
    { name: '1_one', finished: false, taken_back: true },
    { name: '1_one', finished: true, taken_back: false },
  ]);
});

t.test('kill -9 at any point leaves each migration wholly done or not begun', async (t) => {
  const migrations = layOut(t, slow);
  const location = testServerUrl ? await emptyUrl(t) : path.join(t.testdirName, 'db');
  // An embedded database takes seconds to start in a new process, so it is killed less often.
  for (const delay of testServerUrl ? [0, 90, 170, 260, 340] : [150, 280]) {
    const child = new Child(t, fixture, [location, migrations]);
    await child.lineAfter(0);
    await new Promise((done) => setTimeout(done, delay));
    await child.kill();
    if (testServerUrl) await killSessions(location);
  }
  const last = new Child(t, fixture, [location, migrations]);
  t.equal(await last.ended, 0, last.errors);
  const database = await openDatabase(testServerUrl ? { url: location } : { dataDir: location });
  t.teardown(() => database.close());
  t.same((await database.pool.query('SELECT name FROM effect')).rows, slowEffects);
  t.match(await recorded(database), slowEffects);
});

t.test('several processes at once apply once', { skip: testServerUrl ? false : 'needs a server' }, async (t) => {
  const url = await emptyUrl(t);
  const migrations = layOut(t, slow);
  const children = Array.from({ length: 4 }, () => new Child(t, fixture, [url, migrations]));
  t.same(await Promise.all(children.map(({ ended }) => ended)), [0, 0, 0, 0]);
  const applied = children.flatMap(({ lines }) => JSON.parse(lines[1] ?? '') as string[]);
  t.same(applied, Object.keys(slow));
});

t.test(
  'a role that may not create passes when all is done',
  { skip: testServerUrl ? false : 'needs a server' },
  async (t) => {
    const url = await newUrl(t);
    const database = await openDatabase({ url: url.href });
    t.teardown(() => database.close());
    const role = `timbrel_app_${url.pathname.slice(-8)}`;
    await database.pool.query(`CREATE ROLE ${role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public, pgboss TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, pgboss TO ${role}`);
    t.teardown(() => database.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`));
    url.username = role;
    const restricted = await openDatabase({ url: url.href });
    t.teardown(() => restricted.close());
    t.same(await prepareDatabase(restricted), []);
  },
);

t.test(
  'Prisma finds the database as its own deploy would leave it',
  { skip: testServerUrl ? false : 'needs a server' },
  async (t) => {
    const url = await newUrl(t);
    const script = fileURLToPath(new URL('../../../scripts/prisma.mjs', import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, [script, 'migrate', 'status'], {
      env: { ...process.env, DATABASE_URL: url.href },
      encoding: 'utf8',
    });
    t.match(stdout, /Database schema is up to date/);
    t.equal(status, 0);
  },
);

t.test('our own migrations: safe to repeat, with partitions ahead and the queues', async (t) => {
  const database = await testDatabase(t);
  t.same(await prepareDatabase(database), []);
  const { rows } = await database.pool.query(
    `SELECT to_char(now() + interval '3 months', '"ledger_entry_"YYYY_MM') AS name INTERSECT SELECT relname FROM pg_class`,
  );
  t.equal(rows.length, 1);
  t.same(
    (await recorded(database)).map(({ name }) => name),
    fs
      .readdirSync(migrationsDirectory)
      .filter((name) => /^\d/.test(name))
      .sort(),
  );
});

async function newUrl(t: Test): Promise<URL> {
  return new URL(await testDatabaseUrl(t, testServerUrl ?? ''));
}

async function emptyUrl(t: Test): Promise<string> {
  const { href } = await newUrl(t);
  const client = new pg.Client({ connectionString: href });
  await client.connect();
  await client.query('DROP SCHEMA public, pgboss CASCADE; CREATE SCHEMA public');
  await client.end();
  return href;
}

/** A server goes on with the statement of a client that died; this stops it in the middle, as a crash would. */
async function killSessions(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`);
  await client.end();
}
