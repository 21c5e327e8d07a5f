import t from 'tap';
import { maxPasswordCodePoints, PasswordHasher } from '../../../src/platform/secrets/index.js';

t.test('the stored string says argon2id with the documented costs and a 16-byte salt', async (t) => {
  const hasher = new PasswordHasher();
  const hash = await hasher.hash('Correcto-caballo-1');
  const [, kind, version, costs, salt] = hash.split('$');
  t.equal(kind, 'argon2id');
  t.equal(version, 'v=19');
  t.equal(costs, 'm=19456,t=2,p=1');
  t.equal(Buffer.from(salt ?? '', 'base64').length, 16);
  t.ok(await hasher.verify(hash, 'Correcto-caballo-1'));
  for (const other of ['correcto-caballo-1', 'Correcto-caballo-1 ', 'Correcto-caballo-', '']) {
    t.notOk(await hasher.verify(hash, other), `not: ${other}`);
  }
  t.not(await hasher.hash('Correcto-caballo-1'), hash, 'salted');
});

t.test('an unknown log-in costs as many hash calls as a known one', async (t) => {
  const hasher = new PasswordHasher();
  const hash = await hasher.hash('una contraseña');
  const cost = async (stored: string | null, password: string) => {
    const before = hasher.hashCalls;
    await hasher.verify(stored, password);
    return hasher.hashCalls - before;
  };
  t.equal(await cost(hash, 'una contraseña'), 1);
  t.equal(await cost(hash, 'otra'), 1);
  t.equal(await cost(null, 'otra'), 1);
  t.equal(await cost(hash, 'x'.repeat(10_000)), await cost(null, 'x'.repeat(10_000)));
  t.equal(await hasher.verify(null, ''), false);
});

t.test('hashes with other costs are to be made again', async (t) => {
  const today = new PasswordHasher();
  const yesterday = new PasswordHasher({ memoryKib: 8192, passes: 1 });
  t.notOk(today.needsRehash(await today.hash('x')));
  t.ok(today.needsRehash(await yesterday.hash('x')));
  t.ok(await today.verify(await yesterday.hash('x'), 'x'), 'and are still good until then');
});

t.test('length is counted in code points, and nothing is cut off', async (t) => {
  const hasher = new PasswordHasher({ memoryKib: 1024 });
  const longest = '🔑'.repeat(maxPasswordCodePoints);
  const hash = await hasher.hash(longest);
  t.ok(await hasher.verify(hash, longest));
  t.notOk(await hasher.verify(hash, '🔑'.repeat(maxPasswordCodePoints - 1)));
  t.notOk(await hasher.verify(hash, `${longest}🔑`));
  await t.rejects(hasher.hash(`${longest}🔑`), RangeError);
  await t.rejects(hasher.hash('x'.repeat(maxPasswordCodePoints + 1)), RangeError);
});

t.test('a bounded number runs, a bounded number waits, the next is told to come back', async (t) => {
  const hasher = new PasswordHasher({ memoryKib: 1024, concurrency: 2, queueLimit: 3 });
  const results = await Promise.allSettled(Array.from({ length: 9 }, () => hasher.hash('x')));
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 5);
  for (const result of results.slice(5)) {
    t.match(result, { reason: { code: 'service_unavailable', options: { retryAfter: Number } } });
  }
  t.equal(hasher.hashCalls, 5, 'who is refused costs nothing');
  t.equal((await Promise.all([hasher.hash('x'), hasher.hash('x'), hasher.hash('x')])).length, 3, 'places come back');
});

t.test('a failing hash gives its place back', async (t) => {
  const hasher = new PasswordHasher({ memoryKib: 1024, concurrency: 1, queueLimit: 0 });
  for (let round = 0; round < 3; round++) await t.rejects(hasher.verify('not a PHC string', 'x'));
  t.ok(await hasher.hash('x'));
});
