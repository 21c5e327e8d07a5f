import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';
import type { Cursors } from '../../platform/http/cursors.js';
import type { Idempotency } from '../../platform/http/idempotency.js';
import { readEmitters } from './read-emitters.js';
import { registerEmitter } from './register-emitter.js';
import { suspendEmitter } from './suspend-emitter.js';
import { updateEmitter } from './update-emitter.js';

/** What this room needs of the house. */
export interface EmitterServices {
  readonly uow: UnitOfWork;
  readonly clock: Clock;
  readonly idempotency: Idempotency;
  readonly cursors: Cursors;
}

/**
 * Emitters: the issuers of documents that a customer stamps for.
 *
 * - A customer registers an RFC once; at another customer the same RFC is another emitter, with its own data.
 * - It may be stamped on the accounts that it is enabled on, all of the same customer, while it is not suspended.
 */
export function emitters(app: FastifyInstance, services: EmitterServices): void {
  registerEmitter(app, services);
  readEmitters(app, services);
  updateEmitter(app, services);
  suspendEmitter(app, services);
}

export { type EmitterStatus, emitterStatuses } from './emitter-status.js';
