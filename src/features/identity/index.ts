import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';
import type { Cursors } from '../../platform/http/cursors.js';
import type { Idempotency } from '../../platform/http/idempotency.js';
import type { Keyring, PasswordHasher } from '../../platform/secrets/index.js';
import type { Sessions } from '../access/index.js';
import { createProfile } from './create-profile.js';
import { logIn } from './log-in.js';
import { logOut } from './log-out.js';
import { ownProfile } from './own-profile.js';
import { readProfiles } from './read-profiles.js';

/** What this room needs of the house. */
export interface IdentityServices {
  readonly uow: UnitOfWork;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly passwords: PasswordHasher;
  readonly sessions: Sessions;
  readonly idempotency: Idempotency;
  readonly cursors: Cursors;
}

/**
 * Identity: profiles, which are persons, and how they log in.
 *
 * - Wrong e-mail and wrong password are the same to whoever tries: one answer, one hash.
 * - Failures lock a log-in for a network, and only very many of them for everybody; never for long, and never a machine.
 */
export function identity(app: FastifyInstance, services: IdentityServices): void {
  logIn(app, services);
  logOut(app, services);
  ownProfile(app, services);
  createProfile(app, services);
  readProfiles(app, services);
}

export { createStaffProfile, WeakPasswordError } from './create-profile.js';
export { forgetLoginFailures } from './login-tries.js';
