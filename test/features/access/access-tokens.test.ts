import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import fastifyJwt from '@fastify/jwt';
import Fastify from 'fastify';
import t from 'tap';
import { AccessTokens, accessTokenSeconds } from '../../../src/features/access/access-tokens.js';
import { readRefreshToken, writeRefreshToken } from '../../../src/features/access/refresh-tokens.js';
import { FixedClock } from '../../../src/platform/clock.js';
import { newId } from '../../../src/platform/ids.js';
import { Keyring } from '../../../src/platform/secrets/index.js';

const master = randomBytes(32);
const keyring = new Keyring([Buffer.from(master)]);
const clock = new FixedClock(new Date('2026-03-04T18:00:00.000Z'));
const app = Fastify();
await app.register(fastifyJwt, { secret: 'not used for anything' });
await app.ready();
t.teardown(() => app.close());
const tokens = new AccessTokens(() => app.jwt, keyring, clock);
const subject = { kind: 'profile', profileId: newId(), sessionId: newId() } as const;

type Json = Record<string, unknown>;
const encode = (value: Json) => Buffer.from(JSON.stringify(value)).toString('base64url');
const [good = {}, claims = {}] = tokens
  .issue(subject)
  .split('.')
  .slice(0, 2)
  .map((part): Json => JSON.parse(Buffer.from(part, 'base64url').toString()));
const { key } = keyring.keys('accessToken')[0];

/** A token with our own key, with these changes; undefined takes a field away. */
function forge(header: Json = {}, payload: Json = {}, algorithm = 'sha256'): string {
  const input = `${encode({ ...good, ...header })}.${encode({ ...claims, ...payload })}`;
  return `${input}.${createHmac(algorithm, key).update(input).digest('base64url')}`;
}

t.test('a token gives back what it stands for, until it ends', async (t) => {
  const account = { kind: 'account', accountId: newId(), secretId: newId() } as const;
  for (const each of [subject, account]) t.same(tokens.read(tokens.issue(each)), each);
  const token = tokens.issue(subject);
  clock.advance(accessTokenSeconds * 1000 - 1000);
  t.same(tokens.read(token), subject);
  clock.advance(2000);
  t.equal(tokens.read(token), null);
  t.ok(accessTokenSeconds <= 900, 'at most a quarter of an hour');
  clock.set(new Date('2026-03-04T18:00:00.000Z'));
});

t.test('the forger of this test can make good tokens', async (t) => {
  t.same(tokens.read(forge()), subject);
});

t.test('everything else is refused', async (t) => {
  const now = Math.floor(clock.now().getTime() / 1000);
  const input = `${encode({ ...good, alg: 'none' })}.${encode(claims)}`;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rsaInput = `${encode({ ...good, alg: 'RS256' })}.${encode(claims)}`;
  const cases: Record<string, string> = {
    'no signature': `${input}.`,
    'no signature and no dot': input,
    'alg none with a signature': forge({ alg: 'none' }),
    'alg NONE': forge({ alg: 'NONE' }),
    'another HMAC': forge({ alg: 'HS512' }, {}, 'sha512'),
    RSA: `${rsaInput}.${sign('sha256', Buffer.from(rsaInput), rsa.privateKey).toString('base64url')}`,
    jku: forge({ jku: 'https://attacker.example/keys' }),
    jwk: forge({ jwk: { kty: 'oct', k: 'AAAA' } }),
    x5u: forge({ x5u: 'https://attacker.example/cert' }),
    crit: forge({ crit: ['exp'] }),
    'no kid': forge({ kid: undefined }),
    'kid of nobody': forge({ kid: '0000000000000000' }),
    'kid as a path': forge({ kid: '../../dev/null' }),
    'another type': forge({ typ: 'JWT' }),
    'no type': forge({ typ: undefined }),
    'another issuer': forge({}, { iss: 'somebody' }),
    'no issuer': forge({}, { iss: undefined }),
    'another audience': forge({}, { aud: 'somewhere' }),
    'no audience': forge({}, { aud: undefined }),
    'no end': forge({}, { exp: undefined }),
    'an end that is text': forge({}, { exp: String(now + 900) }),
    'an end in the past': forge({}, { exp: now - 1 }),
    'no beginning': forge({}, { nbf: undefined }),
    'a beginning in the future': forge({}, { nbf: now + 60 }),
    'no subject': forge({}, { sub: undefined }),
    'a subject of another kind': forge({}, { sub: 'sta_00000000000000000000000000' }),
    'no session': forge({}, { sid: undefined }),
    'a payload that is no object': `${encode(good)}.${Buffer.from('"x"').toString('base64url')}.AAAA`,
    'a changed signature': `${forge().slice(0, -4)}AAAA`,
    'a refresh token': writeRefreshToken(keyring, { sessionId: subject.sessionId, generation: 0 }),
    'very long': `${forge()}${'A'.repeat(10_000)}`,
    nothing: '',
    dots: '..',
  };
  for (const [name, token] of Object.entries(cases)) t.equal(tokens.read(token), null, name);
});

t.test('tokens survive a rotation of the master key, and not its removal', async (t) => {
  const token = tokens.issue(subject);
  const refresh = { sessionId: newId(), generation: 7 };
  const refreshToken = writeRefreshToken(keyring, refresh);
  const rotated = new Keyring([randomBytes(32), Buffer.from(master)]);
  t.same(new AccessTokens(() => app.jwt, rotated, clock).read(token), subject);
  t.same(readRefreshToken(rotated, refreshToken), refresh);
  const removed = new Keyring([randomBytes(32)]);
  t.equal(new AccessTokens(() => app.jwt, removed, clock).read(token), null);
  t.equal(readRefreshToken(removed, refreshToken), null);
});

t.test('a refresh token is all or nothing', async (t) => {
  const token = { sessionId: newId(), generation: 3 };
  const text = writeRefreshToken(keyring, token);
  t.same(readRefreshToken(keyring, text), token);
  t.equal(writeRefreshToken(keyring, token), text, 'the same each time');
  t.not(writeRefreshToken(keyring, { ...token, generation: 4 }), text);
  for (let at = 0; at < text.length - 1; at++) {
    const other = text[at] === 'A' ? 'B' : 'A';
    t.equal(readRefreshToken(keyring, text.slice(0, at) + other + text.slice(at + 1)), null, `character ${at}`);
  }
  for (const bad of ['', 'tbl_ref_', text.slice(1), `${text}A`, 'x'.repeat(100_000)]) {
    t.equal(readRefreshToken(keyring, bad), null);
  }
});
