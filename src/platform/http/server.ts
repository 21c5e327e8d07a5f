import Fastify, { type FastifyInstance } from 'fastify';
import type { AccessPolicy } from './definition.js';

/** What the HTTP layer needs from the rest of the house. */
export interface HttpOptions {
  readonly accessPolicy: AccessPolicy;
}

/** A server without operations: features register theirs on it with `operation()`. */
export function createHttpServer(options: HttpOptions): FastifyInstance {
  const app = Fastify({ logger: false });
  app.decorate('accessPolicy', options.accessPolicy);
  app.decorateRequest('actor', null);
  app.decorateRequest('tenant', null);
  app.decorateRequest('idempotencyKey', null);
  return app;
}
