import t from 'tap';
import { groupReads } from '../../../src/platform/db/batch.js';

/** A loader that answers when the test says so. */
function heldLoader() {
  const calls: { keys: string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const load = (keys: string[]) =>
    new Promise<Map<string, string>>((resolve, reject) => {
      const found = keys.filter((key) => key !== 'missing').map((key) => [key, key.toUpperCase()] as const);
      calls.push({ keys, answer: () => resolve(new Map(found)), fail: reject });
    });
  return { calls, load };
}

t.test('callers that come while a query is under way share the next one', async (t) => {
  const { calls, load } = heldLoader();
  const find = groupReads(load);
  const first = find('a');
  const later = [find('b'), find('c'), find('b'), find('missing')];
  t.same(calls[0]?.keys, ['a'], 'a caller alone waits for nobody');
  calls[0]?.answer();
  t.equal(await first, 'A');
  t.same(calls[1]?.keys, ['b', 'c', 'missing'], 'each key once');
  calls[1]?.answer();
  t.same(await Promise.all(later), ['B', 'C', 'B', undefined]);
});

t.test('the same key asked again while it is being read is read anew', async (t) => {
  const { calls, load } = heldLoader();
  const find = groupReads(load);
  const before = find('a');
  const after = find('a');
  calls[0]?.answer();
  await before;
  t.equal(calls.length, 2, 'what changed after the first question is seen by the second');
  calls[1]?.answer();
  await after;
});

t.test('a batch and the queue are bounded', async (t) => {
  const { calls, load } = heldLoader();
  const find = groupReads(load, { batchSize: 2, queueSize: 3 });
  const answers = [find('a'), find('b'), find('c'), find('d')];
  await t.rejects(find('e'), { code: 'service_unavailable', options: { retryAfter: 1 } });
  for (const at of [0, 1, 2]) {
    calls[at]?.answer();
    await new Promise(setImmediate);
  }
  t.same(
    calls.map(({ keys }) => keys),
    [['a'], ['b', 'c'], ['d']],
  );
  t.same(await Promise.all(answers), ['A', 'B', 'C', 'D']);
});

t.test('an error reaches the callers of its batch and nobody else', async (t) => {
  const { calls, load } = heldLoader();
  const find = groupReads(load);
  const unlucky = find('a');
  const lucky = find('b');
  calls[0]?.fail(new Error('gone'));
  await t.rejects(unlucky, { message: 'gone' });
  calls[1]?.answer();
  t.equal(await lucky, 'B');
});
