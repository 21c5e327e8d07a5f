import type { Customer, Emitter, StampingAccount } from '../../platform/db/generated/client.js';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { fromPublicId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import type { Caller } from './caller.js';

/**
 * How a request gets hold of the object that it names. Unknown, malformed and somebody else's ids end in the same
 * `not_found`, made here; an object that exists for the caller but is beyond their role is `forbidden`.
 */

/** The objects that the path of a request names, as they were when it was let in. */
export interface Target {
  readonly customer?: Customer;
  readonly account?: StampingAccount;
  readonly emitter?: Emitter;
}

/** Loads what a path names by `:nic`, `:account_id` or `:emitter_id`. Throws `not_found` or `forbidden`. */
export async function loadTarget(tx: Tx, caller: Caller, params: Record<string, string>): Promise<Target> {
  const { nic, account_id: accountId, emitter_id: emitterId } = params;
  return {
    ...(nic !== undefined && { customer: await customerFor(tx, caller, nic) }),
    ...(accountId !== undefined && { account: await accountFor(tx, caller, accountId) }),
    ...(emitterId !== undefined && { emitter: await emitterFor(tx, caller, emitterId) }),
  };
}

const NIC = /^[0-9]{8,12}$/;

/** The customer of a NIC. */
export async function customerFor(tx: Tx, caller: Caller, nic: string): Promise<Customer> {
  if (!NIC.test(nic)) throw problem('not_found');
  const { customerId } = caller.existing;
  const found = await tx.customer.findFirst({ where: { nic, ...(customerId && { id: customerId }) } });
  if (found === null) throw problem('not_found');
  caller.mustReach(found.id);
  return found;
}

/** The stamping account of a public id (`sta_…`). */
export async function accountFor(tx: Tx, caller: Caller, publicId: string): Promise<StampingAccount> {
  const id = fromPublicId('sta', publicId);
  const { customerId, accountId = id } = caller.existing;
  if (id === null || accountId !== id) throw problem('not_found');
  const found = await tx.stampingAccount.findFirst({ where: { id, ...(customerId && { customerId }) } });
  if (found === null) throw problem('not_found');
  caller.mustReach(found.customerId);
  return found;
}

/** The emitter of a public id (`emi_…`); for a stamping account, one that is enabled on it. */
export async function emitterFor(tx: Tx, caller: Caller, publicId: string): Promise<Emitter> {
  const id = fromPublicId('emi', publicId);
  if (id === null) throw problem('not_found');
  const { customerId, accountId } = caller.existing;
  const enabled = accountId && { accounts: { some: { accountId } } };
  const found = await tx.emitter.findFirst({ where: { id, ...(customerId && { customerId }), ...enabled } });
  if (found === null) throw problem('not_found');
  caller.mustReach(found.customerId);
  return found;
}
