import type { FastifyRequest } from 'fastify';
import type { Origin } from './sessions.js';

/** Longest user agent that is kept; what browsers send has some 150 characters. */
const MAX_USER_AGENT = 200;

/** Where a request comes from, as events and sessions keep it. */
export function originOf(request: Pick<FastifyRequest, 'ip' | 'headers'>): Origin {
  const userAgent = request.headers['user-agent'];
  return { address: request.ip, userAgent: userAgent ? userAgent.slice(0, MAX_USER_AGENT) : null };
}
