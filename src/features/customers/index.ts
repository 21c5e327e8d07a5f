import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';
import type { Cursors } from '../../platform/http/cursors.js';
import type { Idempotency } from '../../platform/http/idempotency.js';
import type { Keyring } from '../../platform/secrets/index.js';
import { changeMembers } from './change-members.js';
import { createCustomer } from './create-customer.js';
import { readCustomers } from './read-customers.js';
import { readMembers } from './read-members.js';
import { updateCustomer } from './update-customer.js';

/** What this room needs of the house. */
export interface CustomerServices {
  readonly uow: UnitOfWork;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly idempotency: Idempotency;
  readonly cursors: Cursors;
}

/**
 * Customers: organisations, known by their NIC, and the profiles that are linked to them.
 *
 * - A customer comes with a standard stamping account and the first secret of that, in one transaction.
 * - A customer that has an owner keeps at least one.
 */
export function customers(app: FastifyInstance, services: CustomerServices): void {
  createCustomer(app, services);
  readCustomers(app, services);
  updateCustomer(app, services);
  readMembers(app, services);
  changeMembers(app, services);
}
