import t from 'tap';
import { QuotaEngine } from '../../src/core/quota/engine.js';
import type { StampResult } from '../../src/core/quota/stamp.js';
import { FixedClock, systemClock } from '../../src/platform/clock.js';
import { openDatabase } from '../../src/platform/db/database.js';
import type { Problem } from '../../src/problems.js';
import { checkConservation } from '../support/conservation.js';
import { testDatabase, testDatabaseUrl, testServerUrl } from '../support/database.js';
import { createAccount, createCustomer, sha256, stampRequest, type TestAccount } from '../support/stamping.js';

/** Two processes on a server have a pool each; an embedded database is open once, and two engines share it. */
async function twoDatabases() {
  if (!testServerUrl) {
    const database = await testDatabase(t);
    return [database, database] as const;
  }
  const url = await testDatabaseUrl(t, testServerUrl);
  const databases = [await openDatabase({ url }), await openDatabase({ url })] as const;
  for (const database of databases) t.teardown(() => database.close());
  return databases;
}

const [database, secondDatabase] = await twoDatabases();
const engines = [new QuotaEngine(database, systemClock), new QuotaEngine(secondDatabase, systemClock)] as const;

checkConservation(t, database);

/** How often each outcome or refusal came. */
async function tally(calls: Promise<StampResult>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const settled of await Promise.allSettled(calls)) {
    const name = settled.status === 'fulfilled' ? settled.value.outcome : (settled.reason as Problem).code;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const stampsOf = (accounts: TestAccount[]) =>
  database.prisma.stamp.count({ where: { accountId: { in: accounts.map(({ accountId }) => accountId) } } });

t.test('promise 8: one document at once by many keys, accounts and processes of a customer is one stamp', async (t) => {
  const customer = await createCustomer(database);
  const accounts = [await createAccount(database, 50, customer), await createAccount(database, 50, customer)];
  for (let document = 0; document < 10; document++) {
    const counts = await tally(
      Array.from({ length: 40 }, (_, n) => {
        const key = { idempotencyKey: n % 3 ? `${document} ${n % 5}` : null };
        return engines[n % 2 ? 1 : 0].commitStamp(stampRequest(accounts[(n >> 1) % 2]!, `${t.name} ${document}`, key));
      }),
    );
    t.same(counts, { stamped: 1, replayed: 39 });
  }
  t.equal(await stampsOf(accounts), 10);
});

t.test('promise 8: of two customers with one document at once, one gets the stamp and the other no data', async (t) => {
  const accounts = [await createAccount(database, 50), await createAccount(database, 50)];
  for (let document = 0; document < 10; document++) {
    const counts = await tally(
      Array.from({ length: 20 }, (_, n) =>
        engines[n % 2 ? 1 : 0].commitStamp(stampRequest(accounts[(n >> 1) % 2]!, `${t.name} ${document}`)),
      ),
    );
    t.same(counts, { stamped: 1, replayed: 9, stamped_elsewhere: 10 });
  }
  t.equal(await stampsOf(accounts), 10);
});

t.test('promise 8: whole batches of the same documents meet without loss', async (t) => {
  const accounts = await Promise.all([0, 1, 2, 3].map(() => createAccount(database, 300)));
  // Each account in an order of its own, so that lanes meet in the middle; a step that is prime to 200 leaves none out.
  const steps = [1, 3, 7, 199];
  const calls = accounts.flatMap((account, n) =>
    Array.from({ length: 200 }, (_, i) =>
      engines[n % 2 ? 1 : 0].commitStamp(stampRequest(account, `${t.name} ${(i * steps[n]!) % 200}`)),
    ),
  );
  const counts = await tally(calls);
  t.same(counts, { stamped: 200, stamped_elsewhere: 600 });
  t.equal(await stampsOf(accounts), 200);
});

t.test('promise 8: months apart it is the same document', async (t) => {
  const account = await createAccount(database, 5);
  const clock = new FixedClock(new Date('2026-01-31T23:59:59Z'));
  const engine = new QuotaEngine(database, clock);
  const { stamp } = await engine.commitStamp(stampRequest(account, t.name, { idempotencyKey: 'january' }));
  clock.set(new Date('2026-09-01T00:00:00Z'));
  const again = stampRequest(account, t.name, { idempotencyKey: 'september' });
  t.match(await engine.commitStamp(again), { outcome: 'replayed', stamp: { id: stamp.id }, available: 4n });
  await t.rejects(engine.commitStamp(stampRequest(await createAccount(database, 1), t.name)), {
    code: 'stamped_elsewhere',
  });
});

t.test('promise 8: the same original string with other attributes is a 409 and costs nothing', async (t) => {
  const account = await createAccount(database, 5);
  const request = stampRequest(account, t.name);
  await engines[0].commitStamp(request);
  const other = stampRequest(account, t.name, { attributesDigest: sha256('Serie for Folio'), idempotencyKey: 'k' });
  for (const engine of engines) {
    await t.rejects(engine.commitStamp(other), { code: 'same_seal_other_document', status: 409 });
    await t.rejects(engine.findEarlier(other), { code: 'same_seal_other_document', status: 409 });
  }
  t.match(await engines[0].findEarlier(request), { available: 4n });
  const next = stampRequest(account, `${t.name} corrected`, { idempotencyKey: 'k' });
  t.match(await engines[0].commitStamp(next), { outcome: 'stamped' }, 'the key was not used up');

  const both = stampRequest(account, `${t.name} raced`);
  const twin = { ...stampRequest(account, `${t.name} raced`), attributesDigest: sha256('other') };
  t.same(await tally([engines[0].commitStamp(both), engines[0].commitStamp(twin)]), {
    stamped: 1,
    same_seal_other_document: 1,
  });
});

t.test('environments do not know each other', async (t) => {
  const sandbox = await createAccount(database, 1);
  const production = await createAccount(database, 1, sandbox.customerId, 'production');
  t.match(await engines[0].commitStamp(stampRequest(sandbox, t.name)), { outcome: 'stamped' });
  t.match(await engines[0].commitStamp(stampRequest(production, t.name)), { outcome: 'stamped' });
});
