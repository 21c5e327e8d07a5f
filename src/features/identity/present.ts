import type { Profile as ProfileRow, Session as SessionRow } from '../../platform/db/generated/client.js';
import { toPublicId } from '../../platform/ids.js';
import type { Profile, Session } from './schemas.js';

/** A profile as the wire has it. */
export function presentProfile(profile: ProfileRow): Profile {
  return {
    id: toPublicId('prf', profile.id),
    email: profile.email,
    given_name: profile.givenName,
    family_name: profile.familyName,
    staff: profile.staff,
    status: profile.status as Profile['status'],
    created_at: profile.createdAt.toISOString(),
    updated_at: profile.updatedAt.toISOString(),
    last_login_at: profile.lastLoginAt?.toISOString() ?? null,
  };
}

/** A session as the wire has it: never its tokens, which only their answers carry. */
export function presentSession(session: SessionRow): Session {
  return {
    id: toPublicId('ses', session.id),
    profile_id: toPublicId('prf', session.profileId),
    created_at: session.createdAt.toISOString(),
    refreshed_at: session.rotatedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    address: session.address,
    user_agent: session.userAgent,
  };
}
