import type { LedgerEntry, LedgerTransfer, MachineSecret as SecretRow } from '../../platform/db/generated/client.js';
import { toPublicId } from '../../platform/ids.js';
import type { AccountWithNic, Environment } from '../access/index.js';
import type { Grant, MachineSecret, Movement, StampingAccount } from './schemas.js';

/** An account as the wire has it. */
export function presentAccount(account: AccountWithNic): StampingAccount {
  return {
    id: toPublicId('sta', account.id),
    nic: account.customer.nic,
    environment: account.environment as Environment,
    kind: account.kind as StampingAccount['kind'],
    name: account.name,
    status: account.status as StampingAccount['status'],
    blocked_reason: account.blockedReason,
    created_at: account.createdAt.toISOString(),
    updated_at: account.updatedAt.toISOString(),
  };
}

/** A secret as the wire has it: never the secret, never its digest. */
export function presentSecret(secret: SecretRow): MachineSecret {
  return {
    id: toPublicId('key', secret.id),
    stamping_account_id: toPublicId('sta', secret.accountId),
    hint: secret.hint,
    created_at: secret.createdAt.toISOString(),
    expires_at: secret.expiresAt?.toISOString() ?? null,
    revoked_at: secret.revokedAt?.toISOString() ?? null,
  };
}

/** A grant as the wire has it. */
export function presentGrant(
  transfer: Pick<LedgerTransfer, 'id' | 'toAccountId' | 'environment' | 'amount' | 'reason' | 'createdAt'>,
): Grant {
  return {
    id: toPublicId('trf', transfer.id),
    stamping_account_id: toPublicId('sta', transfer.toAccountId),
    environment: transfer.environment as Environment,
    amount: Number(transfer.amount),
    reason: transfer.reason,
    created_at: transfer.createdAt.toISOString(),
  };
}

/** A line of the history as the wire has it. */
export function presentMovement(entry: LedgerEntry): Movement {
  return {
    position: Number(entry.seq),
    kind: entry.kind,
    reference_id: toPublicId(entry.kind === 'stamp' ? 'stm' : 'trf', entry.transferId),
    available_delta: Number(entry.availableDelta),
    reserved_delta: Number(entry.reservedDelta),
    consumed_delta: Number(entry.consumedDelta),
    received_delta: Number(entry.inflowDelta),
    created_at: entry.createdAt.toISOString(),
  };
}
