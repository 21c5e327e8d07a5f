import t from 'tap';
import { CertificateCache, CertificateError } from '../../../src/core/certificates/index.js';
import { makeAuthority, makeLeaf } from '../../support/authority.js';

const authority = await makeAuthority('AC for one test');
const [a, b, c] = (await Promise.all([1, 2, 3].map(() => makeLeaf(authority)))) as [Buffer, Buffer, Buffer];

t.test('the same bytes give the same object, other bytes another', async (t) => {
  const cache = new CertificateCache();
  const first = cache.read(a);
  t.equal(cache.read(Buffer.from(a)), first);
  t.not(cache.read(b), first);
  t.equal(cache.size, 2);
});

t.test('it never holds more than its limit, and gives up what was not used for longest', async (t) => {
  const cache = new CertificateCache(2);
  const [first, second] = [cache.read(a), cache.read(b)];
  t.equal(cache.read(a), first, 'used again');
  cache.read(c);
  t.equal(cache.size, 2);
  t.equal(cache.read(a), first, 'kept');
  t.not(cache.read(b), second, 'given up and read anew');
});

t.test('what is no certificate takes no place', async (t) => {
  const cache = new CertificateCache();
  for (let at = 1; at < 20; at++) t.throws(() => cache.read(a.subarray(at)), CertificateError);
  t.equal(cache.size, 0);
});
