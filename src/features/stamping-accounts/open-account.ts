import { openLedgerAccount } from '../../core/ledger/accounts.js';
import type { Clock } from '../../platform/clock.js';
import type { MachineSecret } from '../../platform/db/generated/client.js';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { recordEvent } from '../../platform/events.js';
import { newId, toPublicId } from '../../platform/ids.js';
import { generateMachineSecret, type Keyring, machineSecretHint } from '../../platform/secrets/index.js';
import type { AccountWithNic, Environment } from '../access/index.js';

/** A secret that was made and is not kept yet: prepared outside the transaction that keeps its digest. */
export interface PreparedSecret {
  readonly text: string;
  readonly digest: Buffer;
}

/** Makes a secret for a stamping account. */
export function prepareSecret(keyring: Keyring, environment: Environment): PreparedSecret {
  const text = generateMachineSecret('account', environment);
  return { text, digest: keyring.hmac('machineSecret', text) };
}

/** Keeps the digest of a prepared secret, which works from the commit on. */
export async function keepSecret(
  tx: Tx,
  clock: Clock,
  account: { id: string; customerId: string; environment: string },
  { text, digest }: PreparedSecret,
): Promise<MachineSecret> {
  return tx.machineSecret.create({
    data: {
      id: newId(clock),
      customerId: account.customerId,
      accountId: account.id,
      environment: account.environment,
      digest: Uint8Array.from(digest),
      hint: machineSecretHint(text),
      createdAt: clock.now(),
    },
  });
}

/** Opens a standard account for a customer, with an empty balance and its first secret. */
export async function openStampingAccount(
  tx: Tx,
  clock: Clock,
  draft: { customerId: string; environment: Environment; name: string; secret: PreparedSecret; actor: string },
): Promise<{ account: AccountWithNic; secret: MachineSecret }> {
  const { customerId, environment, name, actor } = draft;
  const id = newId(clock);
  const now = clock.now();
  await openLedgerAccount(tx, { id, customerId, unit: 'stamp', environment }, now);
  const account = await tx.stampingAccount.create({
    data: { id, customerId, environment, kind: 'standard', name, createdAt: now, updatedAt: now },
    include: { customer: { select: { nic: true } } },
  });
  const secret = await keepSecret(tx, clock, account, draft.secret);
  const subject = toPublicId('sta', id);
  const data = { kind: 'standard', secret: toPublicId('key', secret.id) };
  await recordEvent(tx, clock, { type: 'stamping_account.opened', subject, actor, customerId, environment, data });
  return { account, secret };
}
