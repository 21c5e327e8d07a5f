import type { MemberRole } from '../access/index.js';

/** Who changes a membership: staff, or a member in their role. */
export type Changer = 'staff' | MemberRole;

/**
 * Whether a membership may be changed: owners and staff change all, an admin whatever neither is nor becomes an owner,
 * so that an admin can make nobody, and not themselves, more than an admin.
 *
 * @param from the role until now; null for a new member
 * @param to the role from now on; null for a member that leaves
 */
export function mayChangeMember(changer: Changer, from: MemberRole | null, to: MemberRole | null): boolean {
  if (changer === 'staff' || changer === 'owner') return true;
  return changer === 'admin' && from !== 'owner' && to !== 'owner';
}

/** Whether the change would leave a customer, which has `owners` now, without any. */
export function losesLastOwner(owners: number, from: MemberRole, to: MemberRole | null): boolean {
  return from === 'owner' && to !== 'owner' && owners <= 1;
}
