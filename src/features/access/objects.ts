import type { Customer, Emitter, StampingAccount } from '../../platform/db/generated/client.js';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { fromPublicId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import type { Caller } from './caller.js';

/**
 * How a request gets hold of the object that it names. Unknown, malformed and somebody else's ids end in the same
 * `not_found`, made here; an object that exists for the caller but is beyond their role is `forbidden`.
 */

/** What is read along with an account or an emitter: the wire names customers by their NIC. */
const withNic = { customer: { select: { nic: true } } } as const;
export type AccountWithNic = StampingAccount & { customer: { nic: string } };
export type EmitterWithNic = Emitter & { customer: { nic: string } };

/** The objects that the path of a request names, as they were when it was let in. */
export interface Target {
  readonly customer?: Customer;
  readonly account?: AccountWithNic;
  readonly emitter?: EmitterWithNic;
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
export async function accountFor(tx: Tx, caller: Caller, publicId: string): Promise<AccountWithNic> {
  const id = fromPublicId('sta', publicId);
  const { customerId, accountId = id } = caller.existing;
  if (id === null || accountId !== id) throw problem('not_found');
  const found = await tx.stampingAccount.findFirst({
    where: { id, ...(customerId && { customerId }) },
    include: withNic,
  });
  if (found === null) throw problem('not_found');
  caller.mustReach(found.customerId);
  return found;
}

/** The emitter of a public id (`emi_…`); for a stamping account, one that is enabled on it. */
export async function emitterFor(tx: Tx, caller: Caller, publicId: string): Promise<EmitterWithNic> {
  const id = fromPublicId('emi', publicId);
  if (id === null) throw problem('not_found');
  const { customerId, accountId } = caller.existing;
  const enabled = accountId && { accounts: { some: { accountId } } };
  const found = await tx.emitter.findFirst({
    where: { id, ...(customerId && { customerId }), ...enabled },
    include: withNic,
  });
  if (found === null) throw problem('not_found');
  caller.mustReach(found.customerId);
  return found;
}

/** The customer that a route's path names; for routes with `:nic`. */
export const customerOf = ({ target }: { target: Target }): Customer => named(target.customer);
/** The stamping account that a route's path names; for routes with `:account_id`. */
export const accountOf = ({ target }: { target: Target }): AccountWithNic => named(target.account);
/** The emitter that a route's path names; for routes with `:emitter_id`. */
export const emitterOf = ({ target }: { target: Target }): EmitterWithNic => named(target.emitter);

function named<Found>(object: Found | undefined): Found {
  if (object === undefined) throw new Error('The path of this route names no such object.');
  return object;
}
