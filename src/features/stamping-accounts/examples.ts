import type { Static } from 'typebox';
import type { Balance, Grant, MachineSecret, Movement, StampingAccount } from './schemas.js';

/** Answers as the reference shows them. */
export const exampleAccount: StampingAccount = {
  id: 'sta_01jd5p0x7bf3k8s9w2m4n6q8rt',
  nic: '10000001',
  environment: 'sandbox',
  kind: 'standard',
  name: 'Principal',
  status: 'active',
  blocked_reason: null,
  created_at: '2026-01-31T18:05:09.120Z',
  updated_at: '2026-01-31T18:05:09.120Z',
};

export const exampleBalance: Static<typeof Balance> = {
  stamping_account_id: exampleAccount.id,
  environment: 'sandbox',
  available_stamps: 98,
  reserved_stamps: 0,
  consumed_stamps: 2,
  received_stamps: 100,
};

export const exampleSecret: MachineSecret = {
  id: 'key_01jd5p0x7bf3k8s9w2m4n6q8rt',
  stamping_account_id: exampleAccount.id,
  hint: 'jk9s',
  created_at: '2026-01-31T18:05:09.120Z',
  expires_at: null,
  revoked_at: null,
};

export const exampleNewSecret = { ...exampleSecret, secret: 'tbl_acc_sbx_8r3kz0q5w9x2c7v1b6n4m8t3y5p0d2fgh7jk9s' };

export const exampleGrant: Grant = {
  id: 'trf_01jd5p0x7bf3k8s9w2m4n6q8rt',
  stamping_account_id: exampleAccount.id,
  environment: 'sandbox',
  amount: 100,
  reason: 'Bienvenida',
  created_at: '2026-01-31T18:05:09.120Z',
};

export const exampleMovement: Movement = {
  position: 2,
  kind: 'stamp',
  reference_id: 'stm_01jd5p0x7bf3k8s9w2m4n6q8rt',
  available_delta: -1,
  reserved_delta: 0,
  consumed_delta: 1,
  received_delta: 0,
  created_at: '2026-01-31T18:05:10.002Z',
};
