import type { Tx } from '../../platform/db/unit-of-work.js';
import { fromPublicId } from '../../platform/ids.js';
import { problem } from '../../problems.js';

/** More accounts than a customer is expected to have; the rest can be named in a change. */
const MAX_ACCOUNTS = 100;

/**
 * The accounts (UUIDs) that an emitter is to be enabled on: those that the request names, or all of the customer's.
 *
 * @throws Problem `stamping_account_unknown` for one that is not the customer's, as for one that does not exist
 */
export async function resolveAccounts(tx: Tx, customerId: string, publicIds?: readonly string[]): Promise<string[]> {
  const ids = publicIds?.map((publicId) => fromPublicId('sta', publicId) ?? '');
  const where = { customerId, ...(ids && { id: { in: ids } }) };
  const found = await tx.stampingAccount.findMany({ where, select: { id: true }, take: MAX_ACCOUNTS });
  const known = new Set(found.map(({ id }) => id));
  const unknown = publicIds?.find((_, at) => !known.has(ids?.[at] ?? ''));
  if (unknown !== undefined) throw problem('stamping_account_unknown', { params: { id: unknown } });
  return [...known];
}

/** Enables an emitter on exactly these accounts (UUIDs of the same customer). */
export async function enableOn(
  tx: Tx,
  { id: emitterId, customerId }: { id: string; customerId: string },
  accountIds: readonly string[],
  now: Date,
): Promise<void> {
  await tx.emitterAccount.deleteMany({ where: { customerId, emitterId, accountId: { notIn: [...accountIds] } } });
  const rows = accountIds.map((accountId) => ({ customerId, emitterId, accountId, createdAt: now }));
  await tx.emitterAccount.createMany({ data: rows, skipDuplicates: true });
}
