import type { Customer, Profile } from '../../platform/db/generated/client.js';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { fromPublicId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import type { Caller, MemberRole } from '../access/index.js';
import type { MemberRow } from './present.js';
import { type Changer, losesLastOwner, mayChangeMember } from './rules.js';

/** What is read of a member's profile. */
export const withProfile = { profile: { select: { email: true, givenName: true, familyName: true } } } as const;

/** The profile that a request names to be linked. Throws `profile_unknown`. */
export async function profileFor(tx: Tx, publicId: string): Promise<Profile> {
  const id = fromPublicId('prf', publicId);
  const profile = id && (await tx.profile.findUnique({ where: { id } }));
  if (!profile) throw problem('profile_unknown');
  return profile;
}

/** The member of a customer whose profile has this public id. Throws `not_found`. */
export async function memberFor(tx: Tx, customerId: string, publicId: string): Promise<MemberRow> {
  const profileId = fromPublicId('prf', publicId);
  const where = profileId && { customerId_profileId: { customerId, profileId } };
  const member = where && (await tx.customerMember.findUnique({ where, include: withProfile }));
  if (!member) throw problem('not_found');
  return member;
}

/** Holds a customer's memberships until the transaction ends: the last owner is counted by one at a time. */
export async function lockMembers(tx: Tx, { id }: Customer): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM customer WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
}

/**
 * Checks a change of a membership against the rules; the memberships must be locked.
 *
 * @throws Problem `forbidden` where the caller's role does not reach so far, `last_owner` where none would be left
 */
export async function assertMayChange(
  tx: Tx,
  caller: Caller,
  customerId: string,
  change: { from: MemberRole | null; to: MemberRole | null },
): Promise<void> {
  const { from, to } = change;
  const changer = changerOf(caller, customerId);
  if (changer === undefined || !mayChangeMember(changer, from, to)) throw problem('forbidden');
  const owners = await tx.customerMember.count({ where: { customerId, role: 'owner' } });
  if (from !== null && losesLastOwner(owners, from, to)) throw problem('last_owner');
}

function changerOf({ profile }: Caller, customerId: string): Changer | undefined {
  return profile.staff ? 'staff' : profile.roles.get(customerId);
}
