/**
 * Promise 11. On a server two engines with pools of their own meet, and the server looks for deadlocks every 50 ms; an
 * embedded database has one connection, where the same load shows that nobody waits for himself.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Ledger } from '../../src/core/ledger/ledger.js';
import { QuotaEngine } from '../../src/core/quota/engine.js';
import { systemClock } from '../../src/platform/clock.js';
import { type Database, openDatabase } from '../../src/platform/db/database.js';
import { UnitOfWork } from '../../src/platform/db/unit-of-work.js';
import { Problem } from '../../src/problems.js';
import { assertConserved } from '../support/conservation.js';
import { testDatabase, testDatabaseUrl, testServerUrl } from '../support/database.js';
import { createAccount, createCustomer, grantStamps, sha256, stampRequest } from '../support/stamping.js';

const loadMilliseconds = 8_000;
/** Refusals that the load provokes; service_unavailable is not among them. */
const expected = new Set([
  'insufficient_stamps',
  'insufficient_balance',
  'account_blocked',
  'stamped_elsewhere',
  'transfer_settled',
]);

/** Where the server's databases are, with its patience cut short. */
async function impatientUrl(server: string): Promise<string> {
  const url = new URL(await testDatabaseUrl(t, server));
  url.searchParams.set('options', '-c deadlock_timeout=50ms');
  return url.href;
}

/** Two pools on one server, or one embedded database twice. */
async function openTwice(): Promise<[Database, Database]> {
  if (!url) {
    const embedded = await testDatabase(t);
    return [embedded, embedded];
  }
  const pools: [Database, Database] = [await openDatabase({ url }), await openDatabase({ url })];
  for (const one of pools) t.teardown(() => one.close());
  return pools;
}

const url = testServerUrl && (await impatientUrl(testServerUrl));
const databases = await openTwice();
const [database] = databases;
const engines = databases.map((one) => new QuotaEngine(one, systemClock));
const ledger = new Ledger(systemClock);
const pick = <T>(items: readonly T[]): T => items[randomInt(items.length)]!;

t.test(
  'promise 11: batches that meet in the fingerprint index take it in one order',
  { skip: !url && 'needs connections' },
  async (t) => {
    const accounts = [await createAccount(database, 5), await createAccount(database, 5)] as const;
    const byFingerprint = (one: string, other: string) => Buffer.compare(sha256(one), sha256(other));
    const [first = '', middle = '', last = ''] = ['a', 'b', 'c'].map((name) => `${t.name} ${name}`).sort(byFingerprint);
    // Somebody has the middle document under way, so that both batches are stopped in the midst of their inserts. In the
    // order of their requests each would then hold a document that the other still wants.
    const holder = await database.pool.connect();
    await holder.query('BEGIN');
    const { stamp } = await engines[0]!.commitStamp(
      stampRequest(await createAccount(database, 1), `${t.name} template`),
    );
    await holder.query(
      `INSERT INTO stamp SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'uuid', gen_random_uuid(),
       'account_id', gen_random_uuid(), 'fingerprint', $2::bytea))).* FROM stamp s WHERE id = $1`,
      [stamp.id, sha256(middle)],
    );
    const orders = [
      [first, middle, last],
      [last, middle, first],
    ];
    const calls = orders.flatMap((order, n) =>
      order.map((name) => engines[n]!.commitStamp(stampRequest(accounts[n]!, name))),
    );
    const settled = Promise.allSettled(calls);
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await database.pool.query(waiting)).rowCount !== 2) await sleep(5);
    await holder.query('ROLLBACK');
    holder.release();
    const outcomes = (await settled).map((one) => (one.status === 'fulfilled' ? one.value.outcome : one.reason.code));
    t.same(outcomes.sort(), [...Array(3).fill('stamped'), ...Array(3).fill('stamped_elsewhere')].sort());
  },
);

t.test('promise 11: a mixed load of 24 callers neither deadlocks nor waits without end', async (t) => {
  const customers = [await createCustomer(database), await createCustomer(database)];
  const accounts = await Promise.all([0, 1, 2, 3, 4, 5].map((n) => createAccount(database, 2_000, customers[n % 2])));
  const done = new Map<string, number>();
  const note = (name: string) => done.set(name, (done.get(name) ?? 0) + 1);
  let document = 0;

  const move = () => {
    const [from, to] = [pick(accounts), pick(accounts)];
    const movement = { from: from.accountId, to: to.accountId, amount: 1n, kind: 'transfer', actor: 'test' };
    return from === to ? null : movement;
  };
  const operations: Record<string, (unitOfWork: UnitOfWork) => Promise<unknown>> = {
    // The same new documents by both processes on an account each, in an order of their own: lanes meet in the fingerprint index.
    stamps: async () => {
      const set = Array.from({ length: 30 }, () => `${t.name} ${document++}`);
      const calls = [0, 1].flatMap((n) => {
        const shuffled = set.map((name) => ({ name, at: randomInt(1_000) })).sort((one, other) => one.at - other.at);
        return shuffled.map(({ name }) => engines[n]!.commitStamp(stampRequest(accounts[n]!, name)));
      });
      const settled = await Promise.allSettled(calls);
      const unexpected = settled.find((one) => one.status === 'rejected' && !expected.has(one.reason.code));
      if (unexpected?.status === 'rejected') throw unexpected.reason;
    },
    grant: () => grantStamps(pick(databases), pick(accounts), 3),
    transfer: async (unitOfWork) => {
      const movement = move();
      if (movement) await unitOfWork.run((tx) => ledger.transfer(tx, movement));
    },
    pend: async (unitOfWork) => {
      const movement = move();
      if (!movement) return;
      const { transfer } = await unitOfWork.run((tx) => ledger.pend(tx, movement));
      const settle = (how: 'post' | 'void') => unitOfWork.run((tx) => ledger[how](tx, transfer.id));
      await Promise.allSettled([settle('post'), settle('void')]);
    },
    block: async (unitOfWork) => {
      const { accountId: id } = pick(accounts);
      for (const status of ['blocked', 'active']) {
        await unitOfWork.run((tx) => tx.stampingAccount.update({ where: { id }, data: { status } }));
      }
    },
  };
  const names = ['stamps', 'stamps', 'stamps', 'grant', 'transfer', 'pend', 'block'];

  const end = performance.now() + loadMilliseconds;
  const call = async (caller: number) => {
    const unitOfWork = new UnitOfWork(databases[caller % 2]!);
    while (performance.now() < end) {
      const name = pick(names);
      try {
        await operations[name]!(unitOfWork);
        note(name);
      } catch (error) {
        if (!(error instanceof Problem && expected.has(error.code))) throw error;
        note(error.code);
      }
    }
  };
  await Promise.all(Array.from({ length: 24 }, (_, caller) => call(caller)));
  t.comment(JSON.stringify(Object.fromEntries(done)));
  for (const name of new Set(names)) t.ok((done.get(name) ?? 0) > 0, `${name} ran`);
  await assertConserved(t, database);
});

t.test(
  'promise 11: the server found no deadlock in any of this',
  { skip: !url && 'has no locks to wait for' },
  async (t) => {
    t.equal(await deadlocks(), 0);
  },
);

/** Deadlocks that the server found in this database. Its processes tell when they end, so the pools are closed first. */
async function deadlocks(): Promise<number> {
  for (const one of databases) await one.close();
  const reader = await openDatabase({ url: url! });
  const others = 'SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
  while ((await reader.pool.query(others)).rowCount) await sleep(10);
  const { rows } = await reader.pool.query<{ deadlocks: number }>(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  await reader.close();
  return rows[0]!.deadlocks;
}
