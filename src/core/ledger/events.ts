import type { Clock } from '../../platform/clock.js';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { newId, toPublicId } from '../../platform/ids.js';
import type { Moved } from './ledger.js';

/** Tells each customer of a transfer what happened to it: `transfer.pending`, `.posted` or `.voided`, of their side only. */
export async function writeTransferEvents(tx: Tx, { transfer, from, to }: Moved, clock: Clock): Promise<void> {
  const sides = [
    { account: from, direction: 'out' },
    { account: to, direction: 'in' },
  ].filter(({ account }) => account.customerId !== null);
  await tx.event.createMany({
    data: sides.map(({ account, direction }) => ({
      id: newId(clock),
      createdAt: transfer.settledAt ?? transfer.createdAt,
      customerId: account.customerId,
      environment: transfer.environment,
      type: `transfer.${transfer.state}`,
      subject: toPublicId('trf', transfer.id),
      actor: transfer.actor,
      data: {
        kind: transfer.kind,
        direction,
        amount: Number(transfer.amount),
        account: transfer.unit === 'stamp' ? toPublicId('sta', account.id) : null,
      },
    })),
  });
}
