import type { Static } from 'typebox';
import { exampleTokens } from '../access/index.js';
import type { OpenedSession, OwnProfile, Profile } from './schemas.js';

/** Answers as the reference shows them. */
export const exampleProfile: Profile = {
  id: 'prf_01jd5p0x7bf3k8s9w2m4n6q8rt',
  email: 'ana@example.mx',
  given_name: 'Ana',
  family_name: 'Ruiz',
  staff: false,
  status: 'active',
  created_at: '2026-01-31T18:05:09.120Z',
  updated_at: '2026-01-31T18:05:09.120Z',
  last_login_at: null,
};

export const exampleTemporaryPassword = 'Tm1-8r3kz-q5w9x-2c7v1-b6n4m';

export const exampleOwnProfile: OwnProfile = {
  ...exampleProfile,
  last_login_at: '2026-01-31T18:09:41.007Z',
  memberships: [{ nic: '10000001', legal_name: 'ESCUELA KEMPER URGATE', role: 'owner' }],
};

export const exampleOpenedSession: Static<typeof OpenedSession> = {
  ...exampleTokens,
  session: {
    id: 'ses_01jd5p0x7bf3k8s9w2m4n6q8rt',
    profile_id: exampleProfile.id,
    created_at: '2026-01-31T18:09:41.007Z',
    refreshed_at: '2026-01-31T18:09:41.007Z',
    expires_at: '2026-05-01T18:09:41.007Z',
    address: '203.0.113.7',
    user_agent: 'curl/8.5.0',
  },
};
