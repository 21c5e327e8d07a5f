import { toPublicId } from '../../platform/ids.js';

/** What a profile may be for a customer, from most to least. */
export const memberRoles = ['owner', 'admin', 'billing', 'operator', 'read_only'] as const;
export type MemberRole = (typeof memberRoles)[number];

/** Where stamps count: `production` before SAT, `sandbox` for trying. */
export const environments = ['sandbox', 'production'] as const;
export type Environment = (typeof environments)[number];

/** A person, logged in. Read from the database on every request, so what was taken away is gone at the next one. */
export interface ProfilePrincipal {
  readonly kind: 'profile';
  readonly profileId: string;
  readonly sessionId: string;
  /** Works for the operator of this platform and may touch every customer. */
  readonly staff: boolean;
  /** Role at each customer, by the customer's UUID. */
  readonly roles: ReadonlyMap<string, MemberRole>;
}

/** A machine that stamps on one account. What stamping needs to know came with the look-up of its secret. */
export interface AccountPrincipal {
  readonly kind: 'account';
  readonly accountId: string;
  readonly customerId: string;
  readonly environment: Environment;
  readonly accountKind: 'standard' | 'unlimited';
  /** A blocked account still reads what is its own. */
  readonly accountStatus: 'active' | 'blocked';
  readonly secretId: string;
}

/** Nobody in particular: the public operations. */
export interface AnonymousPrincipal {
  readonly kind: 'anonymous';
}

/** Who is asking. All ids are UUIDs. */
export type Principal = ProfilePrincipal | AccountPrincipal | AnonymousPrincipal;

export const anonymous: AnonymousPrincipal = Object.freeze({ kind: 'anonymous' });

/** The public id that events, transfers and stamps keep of who did it: the profile, or the secret that was used. */
export function actorOf(principal: Principal): string {
  if (principal.kind === 'profile') return toPublicId('prf', principal.profileId);
  if (principal.kind === 'account') return toPublicId('key', principal.secretId);
  return 'anonymous';
}
