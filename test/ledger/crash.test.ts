/**
 * Promises 5 and 6, with kill -9 of a process under load: on a server, where the connection dies with it, and on an
 * embedded database, where the database itself is what is killed. Power loss is another matter: what survives it rests on
 * fsync, which both databases have on.
 */
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { QuotaEngine } from '../../src/core/quota/engine.js';
import { systemClock } from '../../src/platform/clock.js';
import { type Database, openDatabase } from '../../src/platform/db/database.js';
import { prepareDatabase } from '../../src/platform/prepare.js';
import { Child } from '../support/child.js';
import { assertConserved } from '../support/conservation.js';
import { testDatabaseUrl, testServerUrl } from '../support/database.js';
import { createAccount, loadRequest, type TestAccount } from '../support/stamping.js';

const rounds = 4;
const callers = 32;
const script = new URL('../support/stamping-load.ts', import.meta.url);

/** Where the database is: on the server, or in a directory of its own. */
async function makeLocation() {
  if (testServerUrl) return { url: await testDatabaseUrl(t, testServerUrl) };
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'timbrel-crash-'));
  t.teardown(() => fs.rmSync(directory, { recursive: true, force: true }));
  return { dataDir: directory };
}

const location = await makeLocation();

/** Opens the database for a moment: an embedded one belongs to one process at a time. */
async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(location);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** What a process had asked for, and the ids that it had been told, by the numbers of its documents. */
interface Load {
  name: string;
  asked: number[];
  stamped: Map<number, string>;
}

/** Lets a process stamp, kills it in the middle of it, and returns what it had asked and what it had been told. */
async function killedLoad(account: TestAccount, name: string): Promise<Load> {
  const child = new Child(t, script, [JSON.stringify(location), JSON.stringify(account), name, String(callers)]);
  await child.lineAfter(1 + 2 * callers);
  await sleep(randomInt(400));
  await child.kill();
  // A line is shorter than a pipe's unit of writing, so none is cut in two.
  const lines = child.lines.slice(1).map((line) => line.split(' '));
  const asked = lines.filter(([what]) => what === 'asked').map(([, n]) => Number(n));
  const stamped = new Map(lines.filter(([what]) => what === 'stamped').map(([, n, id = '']) => [Number(n), id]));
  return { name, asked, stamped };
}

t.test('promises 5 and 6: what was acknowledged is there, what was not is told by a retry', async (t) => {
  const account = await withDatabase(async (database) => {
    if ('dataDir' in location) await prepareDatabase(database);
    return createAccount(database, 1_000_000);
  });
  // Each process begins with what the one before it left when it was killed.
  const loads: Load[] = [];
  for (let round = 0; round < rounds; round++) loads.push(await killedLoad(account, `load-${round}`));
  await withDatabase(async (database) => {
    await settled(database);
    for (const load of loads) await checkLoad(t, database, account, load);
    await assertConserved(t, database);
  });
});

/** What the load was told is there; what it was not told, it is told now. */
async function checkLoad(
  t: Test,
  database: Database,
  account: TestAccount,
  { name, asked, stamped }: Load,
): Promise<void> {
  const find = async () => {
    const rows = await database.prisma.stamp.findMany({ where: { idempotencyKey: { startsWith: `${name}-` } } });
    return new Map(rows.map((row) => [Number(row.idempotencyKey!.slice(name.length + 1)), row.id]));
  };
  const rows = await find();
  t.same(
    [...stamped].filter(([n, id]) => rows.get(n) !== id),
    [],
    'promise 5: every acknowledged stamp is there',
  );

  const engine = new QuotaEngine(database, systemClock);
  const open = asked.filter((n) => !stamped.has(n));
  const retried = await Promise.all(
    open.map(async (n) => [n, await engine.commitStamp(loadRequest(account, name, n))] as const),
  );
  const wrong = retried.filter(([n, { outcome, stamp }]) =>
    rows.has(n) ? outcome !== 'replayed' || stamp.id !== rows.get(n) : outcome !== 'stamped',
  );
  t.same(wrong, [], 'promise 6: what had been committed is replayed, the rest is stamped now');
  t.equal((await find()).size, asked.length, 'promise 6: each document has one stamp');
  t.ok(stamped.size > 0 && open.length > 0, 'it was killed under load');
  const committed = open.filter((n) => rows.has(n)).length;
  t.comment(`${name}: ${stamped.size} acknowledged, ${committed} committed and not acknowledged`);
}

/** A server goes on with a statement for a moment after its client was killed. */
async function settled(database: Database): Promise<void> {
  if (database.kind === 'embedded') return;
  const others = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'`;
  while ((await database.pool.query(others)).rowCount) await sleep(10);
}
