/** Rates: by credential, else by address; told in headers; shared by all processes where there is a Redis. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import type { Config } from '../../../src/config.js';
import { registerThings, sampleApp } from './sample-app.js';

const redisUrl = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

const rates = (max: number): Config['http']['rates'] => {
  const rate = { max, windowSeconds: 60 };
  return { anonymous: rate, standard: rate, stamping: rate };
};

interface From {
  readonly as?: string;
  readonly address?: string;
  readonly forwardedFor?: string;
  readonly url?: string;
}

async function limited(t: Test, settings: Partial<Config['http']>) {
  const app = await sampleApp(t, registerThings, { settings });
  return async ({ as, address = '192.0.2.1', forwardedFor, url = '/v1/things' }: From = {}) => {
    const response = await app.inject({
      url,
      remoteAddress: address,
      headers: {
        ...(as && { authorization: `Bearer ${as}` }),
        ...(forwardedFor && { 'x-forwarded-for': forwardedFor }),
      },
    });
    return response;
  };
}

t.test('the rate is told on every answer, and beyond it there is a problem with Retry-After', async (t) => {
  const ask = await limited(t, { rates: rates(2) });
  const first = await ask();
  t.equal(first.headers['ratelimit-policy'], '"anonymous";q=2;w=60');
  t.match(first.headers.ratelimit, /^"anonymous";r=1;t=\d+$/);
  await ask();
  const third = await ask();
  t.equal(third.statusCode, 429);
  t.equal(third.headers['content-type'], 'application/problem+json');
  t.equal(third.json().code, 'too_many_requests');
  t.match(third.headers.ratelimit, /^"anonymous";r=0;t=\d+$/);
  t.ok(Number(third.headers['retry-after']) > 0);
  t.match(third.json().detail, `Wait ${third.headers['retry-after']} s`);
});

t.test('who is known counts alone, whatever their address', async (t) => {
  const ask = await limited(t, { rates: rates(1) });
  t.equal((await ask({ as: 'ana' })).statusCode, 200);
  t.equal((await ask({ as: 'eva' })).statusCode, 200);
  t.equal((await ask({ as: 'ana', address: '192.0.2.9' })).statusCode, 429);
  t.equal((await ask()).statusCode, 200, 'and takes nothing from the address');
  t.equal((await ask({ as: 'ana' })).headers['ratelimit-policy'], '"standard";q=1;w=60');
});

t.test('wrong credentials use up the rate of the address, and not that of good ones', async (t) => {
  const ask = await limited(t, { rates: rates(2) });
  t.equal((await ask({ as: 'wrong' })).statusCode, 401);
  t.equal((await ask({ as: 'wrong' })).statusCode, 401);
  t.equal((await ask({ as: 'wrong' })).statusCode, 429, 'the guesser is slowed');
  t.equal((await ask({ as: 'ana' })).statusCode, 200, 'the good one behind the same address is not');
});

t.test('unknown paths count too', async (t) => {
  const ask = await limited(t, { rates: rates(2) });
  t.equal((await ask({ url: '/v1/a' })).statusCode, 404);
  t.equal((await ask({ url: '/v1/b' })).statusCode, 404);
  t.equal((await ask({ url: '/v1/c' })).statusCode, 429);
});

t.test('a forged X-Forwarded-For does not make another caller', async (t) => {
  const direct = await limited(t, { rates: rates(1) });
  t.equal((await direct({ forwardedFor: '198.51.100.1' })).statusCode, 200);
  t.equal((await direct({ forwardedFor: '198.51.100.2' })).statusCode, 429, 'without a proxy nobody is believed');

  const behindOne = await limited(t, { rates: rates(1), trustProxy: 1 });
  t.equal((await behindOne({ forwardedFor: '198.51.100.1' })).statusCode, 200);
  t.equal((await behindOne({ forwardedFor: '198.51.100.2' })).statusCode, 200, 'what the proxy says counts');
  t.equal(
    (await behindOne({ forwardedFor: '203.0.113.7, 198.51.100.1' })).statusCode,
    429,
    'what the caller added does not',
  );

  const behindKnown = await limited(t, { rates: rates(1), trustProxy: ['10.0.0.0/8'] });
  t.equal((await behindKnown({ address: '10.1.2.3', forwardedFor: '198.51.100.1' })).statusCode, 200);
  t.equal((await behindKnown({ address: '10.9.9.9', forwardedFor: '198.51.100.1' })).statusCode, 429);
  t.equal((await behindKnown({ address: '192.0.2.7', forwardedFor: '198.51.100.3' })).statusCode, 200);
  t.equal((await behindKnown({ address: '192.0.2.7', forwardedFor: '198.51.100.4' })).statusCode, 429);
});

t.test('the addresses of one IPv6 network are one caller', async (t) => {
  const ask = await limited(t, { rates: rates(1) });
  t.equal((await ask({ address: '2001:db8:1:1::1' })).statusCode, 200);
  t.equal((await ask({ address: '2001:db8:1:1:ffff::2' })).statusCode, 429);
  t.equal((await ask({ address: '2001:db8:1:2::1' })).statusCode, 200);
});

t.test('processes share their counts in Redis', { skip: await withoutRedis() }, async (t) => {
  const settings = { rates: rates(2), redisUrl };
  const [here, there] = [await limited(t, settings), await limited(t, settings)];
  const address = randomAddress();
  const client = new Redis(redisUrl);
  t.teardown(async () => {
    const keys = await client.keys(`timbrel-rate-*${address.split('::', 1)[0]}*`);
    if (keys.length > 0) await client.del(keys);
    client.disconnect();
  });
  // Until the connection stands nothing is counted, by design.
  for (let tries = 0; tries < 200; tries++) {
    if (/r=[01];/.test(String((await here({ address })).headers.ratelimit))) break;
    await sleep(10);
  }
  await there({ address });
  t.equal((await here({ address })).statusCode, 429);
  t.equal((await there({ address })).statusCode, 429);
});

t.test('while Redis is away nobody is refused', async (t) => {
  const ask = await limited(t, { rates: rates(1), redisUrl: 'redis://127.0.0.1:1' });
  for (let at = 0; at < 3; at++) t.equal((await ask()).statusCode, 200);
});

/** Of the documentation's network, so that no two runs share a key. */
function randomAddress(): string {
  return `2001:db8:${randomBytes(2)
    .toString('hex')
    .replace(/^0{1,3}/, '')}:${randomBytes(1).readUInt8() + 1}::1`;
}

/** The reason to skip what needs a Redis; false where one listens. */
function withoutRedis(): Promise<string | false> {
  const { hostname, port } = new URL(redisUrl);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 6379) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(`no Redis at ${hostname}:${port || 6379} (TEST_REDIS_URL names another)`));
  });
}
