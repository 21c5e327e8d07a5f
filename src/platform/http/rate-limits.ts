import fastifyRateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Redis } from 'ioredis';
import { problem } from '../../problems.js';

/** So many requests in a window. */
export interface Rate {
  readonly max: number;
  readonly windowSeconds: number;
}

/** `anonymous` counts addresses: public operations, failed credentials, unknown paths. The others count credentials. */
export type RateName = 'anonymous' | 'standard' | 'stamping';

export type Rates = Readonly<Record<RateName, Rate>>;

/** Counts a request and tells the caller where they stand. Throws `too_many_requests`. */
export type CountRequest = (name: RateName, request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Keys that are counted at once in one process; the least recently seen make room. */
const keysInMemory = 50_000;

/**
 * Rate limits, counted in memory or, with `redisUrl`, by all processes together. While Redis is away nobody is refused:
 * a limit protects the service from the unusual, and losing it for a minute costs less than refusing every till.
 */
export async function registerRateLimits(
  app: FastifyInstance,
  rates: Rates,
  redisUrl: string | undefined,
): Promise<CountRequest> {
  const redis = redisUrl === undefined ? undefined : connect(app, redisUrl);
  await app.register(fastifyRateLimit, {
    global: false,
    skipOnError: true,
    nameSpace: 'timbrel-rate-',
    ...(redis && { redis }),
  });
  const counters = {
    anonymous: counter(app, 'anonymous', rates.anonymous),
    standard: counter(app, 'standard', rates.standard),
    stamping: counter(app, 'stamping', rates.stamping),
  };
  return (name, request, reply) => counters[name](request, reply);
}

/**
 * `RateLimit-Policy` and `RateLimit` are structured fields as in draft-ietf-httpapi-ratelimit-headers-10: the policy's
 * name, quota `q` in a window of `w` seconds; `r` requests remain, and the window ends in `t` seconds.
 */
function counter(app: FastifyInstance, name: RateName, { max, windowSeconds }: Rate) {
  const policy = `"${name}";q=${max};w=${windowSeconds}`;
  const options = {
    max,
    timeWindow: windowSeconds * 1000,
    cache: keysInMemory,
    // An IPv6 address counts as its /64, which is what one customer gets: the plugin's own key does that.
    ...(name !== 'anonymous' && { keyGenerator: (request: FastifyRequest) => `${name}:${request.actor}` }),
  };
  const count = app.createRateLimit(options);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const state = await count(request);
    if (state.isAllowed) return;
    reply.header('ratelimit-policy', policy);
    reply.header('ratelimit', `"${name}";r=${state.remaining};t=${state.ttlInSeconds}`);
    if (state.isExceeded) {
      const retryAfter = Math.max(1, state.ttlInSeconds);
      throw problem('too_many_requests', { retryAfter, params: { retry_after: retryAfter } });
    }
  };
}

function connect(app: FastifyInstance, url: string): Redis {
  const redis = new Redis(url, {
    connectTimeout: 1_000,
    commandTimeout: 500,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
  });
  let lost = false;
  redis.on('error', (err) => {
    if (!lost) app.log.warn({ err }, 'Redis is out of reach: requests are not limited until it is back');
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) app.log.info('Redis is back');
    lost = false;
  });
  app.addHook('onClose', () => redis.disconnect());
  return redis;
}
