import { exampleAccount, exampleNewSecret } from '../stamping-accounts/index.js';
import type { CreatedCustomer, Customer, Member } from './schemas.js';

/** Answers as the reference shows them. */
export const exampleCustomer: Customer = {
  nic: '10000001',
  rfc: 'EKU9003173C9',
  legal_name: 'ESCUELA KEMPER URGATE',
  tax_regime: '601',
  postal_code: '42501',
  email: 'facturas@example.mx',
  created_at: '2026-01-31T18:05:09.120Z',
  updated_at: '2026-01-31T18:05:09.120Z',
};

export const exampleCreatedCustomer: CreatedCustomer = {
  ...exampleCustomer,
  stamping_account: exampleAccount,
  machine_secret: exampleNewSecret,
};

export const exampleMember: Member = {
  profile_id: 'prf_01jd5p0x7bf3k8s9w2m4n6q8rt',
  email: 'ana@example.mx',
  given_name: 'Ana',
  family_name: 'Ruiz',
  role: 'owner',
  created_at: '2026-01-31T18:05:09.120Z',
};
