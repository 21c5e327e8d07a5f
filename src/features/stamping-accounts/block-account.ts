import type { FastifyInstance } from 'fastify';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { recordEvent } from '../../platform/events.js';
import { operation } from '../../platform/http/operation.js';
import { toPublicId } from '../../platform/ids.js';
import { type AccountWithNic, accountOf } from '../access/index.js';
import { exampleAccount } from './examples.js';
import type { StampingAccountServices } from './index.js';
import { presentAccount } from './present.js';
import { accountPath, BlockAccount, StampingAccount } from './schemas.js';

const path = '/v1/stamping-accounts/:account_id/block';
const tag = 'Stamping accounts';
const include = { customer: { select: { nic: true } } } as const;

/** `PUT` and `DELETE /v1/stamping-accounts/{account_id}/block`: no new stamps until the block is lifted. */
export function blockAccount(app: FastifyInstance, { uow, clock }: StampingAccountServices): void {
  operation(app, {
    id: 'blockStampingAccount',
    method: 'PUT',
    path,
    tag,
    summary: 'Block a stamping account',
    description:
      'From the commit on the account stamps nothing new. Its balance stays, and what it stamped can still be read and ' +
      'asked for again. Blocking a blocked account replaces the reason.',
    idempotency: 'natural',
    params: accountPath,
    body: BlockAccount,
    success: {
      status: 200,
      description: 'The blocked account.',
      schema: StampingAccount,
      example: { ...exampleAccount, status: 'blocked', blocked_reason: 'Pago vencido' },
    },
    problems: [],
    examples: { unpaid: { summary: 'Not paid', value: { reason: 'Pago vencido' } } },
    handler(request) {
      const { reason } = request.body;
      const { actor } = request.caller;
      return uow.run(async (tx) => presentAccount(await block(tx, accountOf(request), reason, actor)));
    },
  });

  operation(app, {
    id: 'reactivateStampingAccount',
    method: 'DELETE',
    path,
    tag,
    summary: 'Lift the block of a stamping account',
    description: 'From the commit on the account stamps again. Lifting a block that is not there changes nothing.',
    idempotency: 'natural',
    params: accountPath,
    success: { status: 204, description: 'The account is active.' },
    problems: [],
    handler: (request) => uow.run((tx) => reactivate(tx, accountOf(request), request.caller.actor)),
  });

  async function block(tx: Tx, { id }: AccountWithNic, reason: string, actor: string): Promise<AccountWithNic> {
    const data = { status: 'blocked', blockedReason: reason, updatedAt: clock.now() };
    const account = await tx.stampingAccount.update({ where: { id }, data, include });
    await recordEvent(tx, clock, { ...about(account), type: 'stamping_account.blocked', actor, data: { reason } });
    return account;
  }

  async function reactivate(tx: Tx, account: AccountWithNic, actor: string): Promise<void> {
    const { count } = await tx.stampingAccount.updateMany({
      where: { id: account.id, status: 'blocked' },
      data: { status: 'active', blockedReason: null, updatedAt: clock.now() },
    });
    if (count > 0) await recordEvent(tx, clock, { ...about(account), type: 'stamping_account.reactivated', actor });
  }
}

function about({ id, customerId, environment }: AccountWithNic) {
  return { subject: toPublicId('sta', id), customerId, environment: environment as 'sandbox' | 'production' };
}
