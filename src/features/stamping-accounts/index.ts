import type { FastifyInstance } from 'fastify';
import type { Ledger } from '../../core/ledger/ledger.js';
import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';
import type { Cursors } from '../../platform/http/cursors.js';
import type { Idempotency } from '../../platform/http/idempotency.js';
import type { Keyring } from '../../platform/secrets/index.js';
import { blockAccount } from './block-account.js';
import { grantStamps } from './grant-stamps.js';
import { listMovements } from './list-movements.js';
import { readAccounts } from './read-accounts.js';
import { readConsumption } from './read-consumption.js';
import { secrets } from './secrets.js';

/** What this room needs of the house. */
export interface StampingAccountServices {
  readonly uow: UnitOfWork;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly ledger: Ledger;
  readonly idempotency: Idempotency;
  readonly cursors: Cursors;
}

/**
 * Stamping accounts: what machines stamp with.
 *
 * - An account and its ledger account share their id; whoever opens one opens both, in one transaction.
 * - A secret is shown once, when it is made, and kept as a digest. It works until it is revoked or its overlap ends.
 * - A block stops new stamps and nothing else.
 */
export function stampingAccounts(app: FastifyInstance, services: StampingAccountServices): void {
  readAccounts(app, services);
  blockAccount(app, services);
  secrets(app, services);
  grantStamps(app, services);
  listMovements(app, services);
  readConsumption(app, services);
}

export { exampleAccount, exampleNewSecret } from './examples.js';
export { openStampingAccount, type PreparedSecret, prepareSecret } from './open-account.js';
export { presentAccount, presentSecret } from './present.js';
export { NewMachineSecret, StampingAccount } from './schemas.js';
