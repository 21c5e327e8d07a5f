/**
 * A fresh, migrated database for a test: on the server of TEST_DATABASE_URL where that is set, else an embedded one in
 * memory. Both start from a template that is made once for each state of the migrations, as initdb and migrations take
 * seconds and a copy does not.
 */
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Database, openDatabase } from '../../src/platform/db/database.js';
import { migrationsDirectory } from '../../src/platform/db/migrate.js';
import { prepareDatabase } from '../../src/platform/prepare.js';

/** A PostgreSQL server for tests, or undefined: then they run on the embedded database. */
export const testServerUrl = process.env.TEST_DATABASE_URL || undefined;

/** The part of tap that is needed here. */
export interface Teardown {
  teardown(run: () => unknown): unknown;
}

/** Opens the database of a test; the end of the test closes and drops it. */
export async function testDatabase(t: Teardown): Promise<Database> {
  const database = await openDatabase(
    testServerUrl
      ? { url: await testDatabaseUrl(t, testServerUrl) }
      : { memory: true, template: await embeddedTemplate() },
  );
  t.teardown(() => database.close());
  return database;
}

/** The same without any migration: for the tests of migrations themselves. */
export async function emptyDatabase(t: Teardown): Promise<Database> {
  const database = await testDatabase(t);
  await database.pool.query('DROP SCHEMA public, pgboss CASCADE; CREATE SCHEMA public');
  return database;
}

/** The URL of a fresh, migrated database on a server, for tests with several processes or pools. */
export async function testDatabaseUrl(t: Teardown, server: string): Promise<string> {
  const template = await serverTemplate(server);
  const name = `timbrel_test_${randomBytes(8).toString('hex')}`;
  await onServer(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  t.teardown(() => onServer(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));
  return databaseUrl(server, name);
}

/** Made under a name of its own and renamed when whole, under a lock, so that neither a kill nor a race spoils it. */
async function serverTemplate(server: string): Promise<string> {
  const name = `timbrel_template_${migrationsKey()}`;
  await onServer(server, async (client) => {
    const exists = async () => (await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])).rowCount;
    if (await exists()) return;
    await client.query(`SELECT pg_advisory_lock(hashtext('timbrel test template'))`);
    if (await exists()) return;
    await client.query(`DROP DATABASE IF EXISTS ${name}_unfinished WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name}_unfinished TEMPLATE template0`);
    const database = await openDatabase({ url: databaseUrl(server, `${name}_unfinished`) });
    await prepareDatabase(database).finally(() => database.close());
    await client.query(`ALTER DATABASE ${name}_unfinished RENAME TO ${name}`);
  });
  return name;
}

/** A tar of a migrated data directory, kept under `node_modules/.cache`. */
async function embeddedTemplate(): Promise<Uint8Array> {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/timbrel', import.meta.url));
  const file = path.join(cache, `template-${migrationsKey()}.tar`);
  if (!fs.existsSync(file)) {
    fs.mkdirSync(cache, { recursive: true });
    const database = await openDatabase({ memory: true });
    await prepareDatabase(database);
    // Half of the tar is databases that nobody connects to; without them each test starts sooner.
    await database.pool.query(`UPDATE pg_database SET datistemplate = false WHERE datname LIKE 'template_'`);
    for (const name of ['template0', 'template1']) await database.pool.query(`DROP DATABASE ${name}`);
    fs.writeFileSync(`${file}.${process.pid}`, (await database.dump?.()) ?? '');
    await database.close();
    fs.renameSync(`${file}.${process.pid}`, file);
  }
  return fs.readFileSync(file);
}

/** Changes with whatever a template is made from: the migrations, the list of queues, the packages and this file. */
function migrationsKey(): string {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const files = fs
    .readdirSync(migrationsDirectory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => path.join(migrationsDirectory, name));
  const key = createHash('sha256');
  const makers = ['src/platform/jobs/queues.ts', 'package-lock.json', 'test/support/database.ts'];
  for (const file of [...files, ...makers.map((name) => path.join(root, name))]) {
    key.update(fs.readFileSync(file));
  }
  return key.digest('hex').slice(0, 16);
}

async function onServer<T>(server: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
