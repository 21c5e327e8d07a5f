import t from 'tap';
import { Lanes, type Settled } from '../../../src/core/quota/lanes.js';
import { limits } from '../../../src/core/quota/limits.js';

/** Commits that end when the test says so. */
function heldLanes() {
  const commits: {
    account: string;
    batch: string[];
    end(settled?: Settled<string>[]): void;
    fail(error: Error): void;
  }[] = [];
  let arrived = () => {};
  const lanes = new Lanes<string, string>(
    (account, batch) =>
      new Promise((resolve, reject) => {
        const end = (settled = batch.map((request) => ({ value: `${request} done` }) as Settled<string>)) =>
          resolve(settled);
        commits.push({ account, batch, end, fail: reject });
        arrived();
      }),
  );
  /** The commit of this place, once it has begun. */
  const commit = async (place: number) => {
    while (commits.length <= place) await new Promise<void>((resolve) => (arrived = resolve));
    return commits[place]!;
  };
  return { lanes, commits, commit };
}

const unavailable = { code: 'service_unavailable', status: 503, options: { retryAfter: 1 } };

t.test('what arrives together shares a commit, and what arrives during it shares the next', async (t) => {
  const { lanes, commits, commit } = heldLanes();
  const first = ['a', 'b'].map((request) => lanes.submit('account', request, 1));
  t.same((await commit(0)).batch, ['a', 'b']);
  const second = ['c', 'd', 'e'].map((request) => lanes.submit('account', request, 1));
  t.equal(commits.length, 1, 'an account has one commit under way');
  commits[0]!.end();
  t.same(await Promise.all(first), ['a done', 'b done']);
  (await commit(1)).end();
  t.same(commits[1]!.batch, ['c', 'd', 'e']);
  t.same(await Promise.all(second), ['c done', 'd done', 'e done']);
});

t.test('accounts do not wait for each other', async (t) => {
  const { lanes, commit } = heldLanes();
  const slow = lanes.submit('slow', 'a', 1);
  await commit(0);
  const quick = lanes.submit('quick', 'b', 1);
  (await commit(1)).end();
  t.equal(await quick, 'b done');
  (await commit(0)).end();
  t.equal(await slow, 'a done');
});

t.test(
  'each request has its own outcome; a commit that fails, fails for its own and for those who wait behind it',
  async (t) => {
    const { lanes, commit } = heldLanes();
    const outcomes = Promise.allSettled(['a', 'b'].map((request) => lanes.submit('account', request, 1)));
    (await commit(0)).end([{ error: new Error('refused') }, { value: 'b done' }]);
    t.match(await outcomes, [{ reason: { message: 'refused' } }, { value: 'b done' }]);
    const failed = Promise.allSettled(['c', 'd'].map((request) => lanes.submit('account', request, 1)));
    await commit(1);
    const behind = t.rejects(lanes.submit('account', 'behind', 1), { message: 'lost' });
    (await commit(1)).fail(new Error('lost'));
    t.match(await failed, [{ reason: { message: 'lost' } }, { reason: { message: 'lost' } }]);
    await behind;
    const after = lanes.submit('account', 'e', 1);
    (await commit(2)).end();
    t.equal(await after, 'e done', 'the lane goes on');
  },
);

t.test('a commit is bounded in requests and in bytes', async (t) => {
  const { lanes, commit } = heldLanes();
  const many = Array.from({ length: limits.batchSize + 1 }, (_, n) => lanes.submit('account', `${n}`, 1));
  t.equal((await commit(0)).batch.length, limits.batchSize);
  (await commit(0)).end();
  (await commit(1)).end();
  await Promise.all(many);
  const large = Array.from({ length: 3 }, (_, n) => lanes.submit('account', `${n}`, limits.batchBytes / 2));
  t.equal((await commit(2)).batch.length, 2);
  (await commit(2)).end();
  (await commit(3)).end();
  await Promise.all(large);
  const huge = lanes.submit('account', 'huge', limits.batchBytes * 2);
  (await commit(4)).end();
  t.equal(await huge, 'huge done', 'a request that is larger than a batch goes alone');
});

t.test('queues are bounded: of one account, of all, and in bytes', async (t) => {
  const { lanes, commits, commit } = heldLanes();
  const accepted = [lanes.submit('full', 'first', 1)];
  await commit(0);
  for (let n = 0; n < limits.queuePerAccount; n++) accepted.push(lanes.submit('full', `${n}`, 1));
  await t.rejects(lanes.submit('full', 'one too many', 1), unavailable);
  for (let n = limits.queuePerAccount; n < limits.queueTotal; n++) accepted.push(lanes.submit(`account ${n}`, 'x', 1));
  await t.rejects(lanes.submit('another', 'one too many', 1), unavailable);
  const answered = Promise.all(accepted);
  const ended = new Set();
  while (ended.size < commits.length || accepted.length > commits.reduce((sum, { batch }) => sum + batch.length, 0)) {
    for (const one of commits.filter((each) => !ended.has(each))) {
      ended.add(one);
      one.end();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.equal((await answered).length, limits.queueTotal + 1, 'everything that was accepted was answered');

  const bytes = heldLanes();
  const waiting = [bytes.lanes.submit('a', 'first', limits.queueBytes)];
  await t.rejects(bytes.lanes.submit('b', 'too large beside it', 1), unavailable);
  (await bytes.commit(0)).end();
  await Promise.all(waiting);
});

t.test('promise 17: drain answers what was accepted and refuses what comes after', async (t) => {
  const { lanes, commit } = heldLanes();
  const first = lanes.submit('account', 'a', 1);
  await commit(0);
  const second = lanes.submit('account', 'b', 1);
  let drained = false;
  const draining = lanes.drain().then(() => (drained = true));
  await t.rejects(lanes.submit('account', 'c', 1), unavailable);
  (await commit(0)).end();
  t.equal(await first, 'a done');
  t.equal(drained, false, 'b is still under way');
  (await commit(1)).end();
  t.equal(await second, 'b done');
  await draining;
});
