import { randomBytes } from 'node:crypto';
import t from 'tap';
import { type KeyPurpose, Keyring } from '../../../src/platform/secrets/index.js';

const purposes: KeyPurpose[] = [
  'machineSecret',
  'loginName',
  'accessToken',
  'refreshToken',
  'cursor',
  'idempotencyBody',
  'keyWrapping',
];
const first = randomBytes(32);
const second = randomBytes(32);
/** A keyring zeroes what it is given. */
const keyring = (...masters: Buffer[]) => new Keyring(masters.map((master) => Buffer.from(master)));

t.test('every purpose has a key of its own, the same at every start', async (t) => {
  const ring = keyring(first);
  const digests = purposes.map((purpose) => ring.hmac(purpose, 'x').toString('hex'));
  t.equal(new Set(digests).size, purposes.length);
  t.same(
    purposes.map((purpose) => keyring(first).hmac(purpose, 'x').toString('hex')),
    digests,
  );
  t.not(keyring(second).hmac('cursor', 'x').toString('hex'), ring.hmac('cursor', 'x').toString('hex'));
});

t.test('the derivation is fixed: stored digests must outlive releases', async (t) => {
  // Computed with `openssl kdf … HKDF` and `openssl dgst -mac HMAC`.
  const ring = keyring(Buffer.from(Array.from({ length: 32 }, (_, at) => at)));
  t.equal(ring.keys('machineSecret')[0].id, 'f4bb44a071dcd37e');
  t.equal(
    ring.hmac('machineSecret', 'x').toString('hex'),
    '4de38496ddcdf587b225f1d3b421b31fb8bfa45a5a993d112c44c9dbbd27318e',
  );
});

t.test('an older master recognises what it made, and makes nothing new', async (t) => {
  const old = keyring(first).hmac('machineSecret', 'secret');
  const rotated = keyring(second, first);
  t.ok(rotated.hmacMatches('machineSecret', 'secret', old));
  t.ok(rotated.hmacs('machineSecret', 'secret')[1]?.equals(old));
  t.same(rotated.hmac('machineSecret', 'secret'), keyring(second).hmac('machineSecret', 'secret'));
  t.notOk(keyring(second).hmacMatches('machineSecret', 'secret', old));
});

t.test('a digest of another length is no match and no error', async (t) => {
  const ring = keyring(first);
  for (const length of [0, 1, 31, 33, 10_000]) t.notOk(ring.hmacMatches('cursor', 'x', Buffer.alloc(length)));
});

t.test('masters are zeroed once used, and zeros are refused as masters', async (t) => {
  const master = Buffer.from(first);
  new Keyring([master]);
  t.ok(master.equals(Buffer.alloc(32)));
  t.throws(() => new Keyring([master]), /not zero/);
  t.throws(() => new Keyring([randomBytes(16)]), /32 bytes/);
  t.throws(() => new Keyring([]));
});

t.test('a keyring that ends in a log shows no key', async (t) => {
  const { inspect } = await import('node:util');
  const ring = keyring(first);
  const key = ring.keys('cursor')[0].key.export();
  const shown = inspect(ring, { depth: 9, showHidden: true }) + JSON.stringify(ring);
  for (const secret of [first, key]) {
    t.notMatch(shown, secret.toString('hex'));
    t.notMatch(shown, secret.toString('base64'));
  }
});
