import type { Prisma } from '../../platform/db/generated/client.js';
import { toPublicId } from '../../platform/ids.js';
import type { EmitterWithNic } from '../access/index.js';
import type { Emitter } from './schemas.js';

/** What is read of an emitter besides its own row. */
export const withAccounts = {
  customer: { select: { nic: true } },
  accounts: { select: { accountId: true }, orderBy: [{ createdAt: 'asc' }, { accountId: 'asc' }] },
} satisfies Prisma.EmitterInclude;

/** An emitter row with its customer's NIC and its accounts. */
export type EmitterRow = EmitterWithNic & { accounts: { accountId: string }[] };

/** An emitter as the wire has it. */
export function presentEmitter(emitter: EmitterRow): Emitter {
  return {
    id: toPublicId('emi', emitter.id),
    nic: emitter.customer.nic,
    rfc: emitter.rfc,
    legal_name: emitter.legalName,
    tax_regime: emitter.taxRegime,
    postal_code: emitter.postalCode,
    status: emitter.status as Emitter['status'],
    stamping_account_ids: emitter.accounts.map(({ accountId }) => toPublicId('sta', accountId)),
    created_at: emitter.createdAt.toISOString(),
    updated_at: emitter.updatedAt.toISOString(),
  };
}
