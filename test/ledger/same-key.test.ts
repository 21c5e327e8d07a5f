import t from 'tap';
import { QuotaEngine } from '../../src/core/quota/engine.js';
import type { StampRequest } from '../../src/core/quota/stamp.js';
import { FixedClock, systemClock } from '../../src/platform/clock.js';
import { checkConservation } from '../support/conservation.js';
import { testDatabase } from '../support/database.js';
import { createAccount, grantStamps, sha256, stampRequest, type TestAccount } from '../support/stamping.js';

const database = await testDatabase(t);
const engine = new QuotaEngine(database, systemClock);
const hour = 3_600_000;

checkConservation(t, database);

const block = ({ accountId }: TestAccount, status: 'active' | 'blocked') =>
  database.prisma.stampingAccount.update({ where: { id: accountId }, data: { status } });
const stampsOf = ({ accountId }: TestAccount) => database.prisma.stamp.count({ where: { accountId } });

t.test('promise 3: a key raced by 64 callers is stamped once and replayed 63 times', async (t) => {
  for (const engines of [[engine], [engine, new QuotaEngine(database, systemClock)]]) {
    const account = await createAccount(database, 100);
    const request = () => stampRequest(account, `${t.name} ${engines.length}`, { idempotencyKey: 'raced' });
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, (_, n) => engines[n % engines.length]!.commitStamp(request())),
    );
    t.equal(outcomes.filter(({ outcome }) => outcome === 'stamped').length, 1);
    t.equal(outcomes.filter(({ outcome }) => outcome === 'replayed').length, 63);
    t.equal(
      new Set(outcomes.map(({ stamp }) => `${stamp.id} ${stamp.uuid} ${stamp.tfd}`)).size,
      1,
      'one stamp for all',
    );
    t.equal(await stampsOf(account), 1);
    t.match(await engine.findEarlier(request()), { available: 99n });
  }
});

t.test('promise 3: the outcome of a key is for ever', async (t) => {
  const account = await createAccount(database, 1);
  const clock = new FixedClock(new Date('2026-11-21T12:00:00Z'));
  const request = stampRequest(account, t.name, { idempotencyKey: 'for ever' });
  const { stamp } = await new QuotaEngine(database, clock).commitStamp(request);
  const replayed = async (when: string) => {
    const later = new QuotaEngine(database, clock);
    t.match(await later.findEarlier(request), { outcome: 'replayed', stamp: { id: stamp.id } }, `looked up ${when}`);
    const again = stampRequest(account, t.name, { idempotencyKey: 'for ever' });
    t.match(await later.commitStamp(again), { outcome: 'replayed', stamp: { uuid: stamp.uuid } }, `committed ${when}`);
  };
  await replayed('at once, by a process that did not write it, with an empty account');
  clock.advance(73 * hour);
  await replayed('73 hours later');
  await block(account, 'blocked');
  await replayed('after the account was blocked');
  clock.advance(365 * 24 * hour);
  await replayed('a year later');
  t.equal(await stampsOf(account), 1);
});

t.test('promise 3: what the caller can cure is not remembered', async (t) => {
  const account = await createAccount(database, 0);
  const request = stampRequest(account, t.name, { idempotencyKey: 'cured' });
  await t.rejects(engine.commitStamp(request), { code: 'insufficient_stamps', status: 402 });
  t.equal(await engine.findEarlier(request), null);
  await grantStamps(database, account, 1);
  await block(account, 'blocked');
  await t.rejects(engine.commitStamp(request), { code: 'account_blocked', status: 403 });
  await block(account, 'active');
  t.match(await engine.commitStamp(request), { outcome: 'stamped', available: 0n });
});

t.test('promise 4: another document with the same key is refused and nothing moves', async (t) => {
  const account = await createAccount(database, 5);
  const request = stampRequest(account, t.name, { idempotencyKey: 'k' });
  await engine.commitStamp(request);
  const flipped: Record<string, Partial<StampRequest>> = {
    'issuer or original string': { fingerprint: sha256('another original string') },
    attributes: { attributesDigest: sha256('other attributes') },
    both: { fingerprint: sha256('another original string'), attributesDigest: sha256('other attributes') },
  };
  for (const [what, change] of Object.entries(flipped)) {
    const other = { ...request, ...change };
    await t.rejects(engine.findEarlier(other), { code: 'idempotency_key_reused', status: 422 }, what);
    await t.rejects(engine.commitStamp(other), { code: 'idempotency_key_reused', status: 422 }, what);
  }
  t.equal(await stampsOf(account), 1);
  t.match(await engine.findEarlier({ ...request, contentDigest: sha256('another Addenda') }), {
    identical: false,
    available: 4n,
  });
});

t.test('promise 4: raced in one batch, one document gets the key', async (t) => {
  const account = await createAccount(database, 50);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      engine.commitStamp(stampRequest(account, `${t.name} ${n}`, { idempotencyKey: 'k' })),
    ),
  );
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  const refused = outcomes.filter((one) => one.status === 'rejected' && one.reason.code === 'idempotency_key_reused');
  t.equal(refused.length, 19);
  t.equal(await stampsOf(account), 1);
});

t.test('a key belongs to its account and operation', async (t) => {
  const account = await createAccount(database, 2);
  const sibling = await createAccount(database, 1, account.customerId);
  const stamp = (on: TestAccount, n: number, operation: string) =>
    engine.commitStamp(stampRequest(on, `${t.name} ${n}`, { idempotencyKey: 'k', operation }));
  t.match(await stamp(account, 1, 'stamp'), { outcome: 'stamped' });
  t.match(await stamp(account, 2, 'seal_and_stamp'), { outcome: 'stamped' });
  t.match(await stamp(sibling, 3, 'stamp'), { outcome: 'stamped' });
});
