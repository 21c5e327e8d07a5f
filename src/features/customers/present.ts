import type { CustomerMember, Customer as CustomerRow, Profile } from '../../platform/db/generated/client.js';
import { toPublicId } from '../../platform/ids.js';
import type { MemberRole } from '../access/index.js';
import type { Customer, Member } from './schemas.js';

/** A customer as the wire has it. */
export function presentCustomer(customer: CustomerRow): Customer {
  return {
    nic: customer.nic,
    rfc: customer.rfc,
    legal_name: customer.legalName,
    tax_regime: customer.taxRegime,
    postal_code: customer.postalCode,
    email: customer.email,
    created_at: customer.createdAt.toISOString(),
    updated_at: customer.updatedAt.toISOString(),
  };
}

/** A member row with what the wire tells of its profile. */
export type MemberRow = CustomerMember & { profile: Pick<Profile, 'email' | 'givenName' | 'familyName'> };

/** A member as the wire has it. */
export function presentMember({ profileId, role, createdAt, profile }: MemberRow): Member {
  return {
    profile_id: toPublicId('prf', profileId),
    email: profile.email,
    given_name: profile.givenName,
    family_name: profile.familyName,
    role: role as MemberRole,
    created_at: createdAt.toISOString(),
  };
}
