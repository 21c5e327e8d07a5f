import type { Emitter } from './schemas.js';

/** An answer as the reference shows it. */
export const exampleEmitter: Emitter = {
  id: 'emi_01jd5p0x7bf3k8s9w2m4n6q8rt',
  nic: '10000001',
  rfc: 'EKU9003173C9',
  legal_name: 'ESCUELA KEMPER URGATE',
  tax_regime: '601',
  postal_code: '42501',
  status: 'active',
  stamping_account_ids: ['sta_01jd5p0x7bf3k8s9w2m4n6q8rt'],
  created_at: '2026-01-31T18:05:09.120Z',
  updated_at: '2026-01-31T18:05:09.120Z',
};
