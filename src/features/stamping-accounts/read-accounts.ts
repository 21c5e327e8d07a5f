import type { FastifyInstance } from 'fastify';
import { readBalance } from '../../core/ledger/accounts.js';
import { operation } from '../../platform/http/operation.js';
import { exampleList } from '../../platform/http/schemas.js';
import { toPublicId } from '../../platform/ids.js';
import { accountOf, type Environment } from '../access/index.js';
import { exampleAccount, exampleBalance } from './examples.js';
import type { StampingAccountServices } from './index.js';
import { presentAccount } from './present.js';
import { accountPath, accountQuery, Balance, StampingAccount, StampingAccountList } from './schemas.js';

const tag = 'Stamping accounts';

/** `GET /v1/stamping-accounts`, one of them, and its balance. */
export function readAccounts(app: FastifyInstance, { uow, cursors }: StampingAccountServices): void {
  operation(app, {
    id: 'listStampingAccounts',
    method: 'GET',
    path: '/v1/stamping-accounts',
    tag,
    summary: 'List stamping accounts',
    description:
      'Staff sees every account, a profile those of its customers, and the credentials of an account that account.',
    query: accountQuery,
    success: {
      status: 200,
      description: 'One page of accounts.',
      schema: StampingAccountList,
      example: exampleList(exampleAccount),
    },
    problems: ['invalid_cursor'],
    async handler(request) {
      const { nic, environment, status } = request.query;
      const { customerId, accountId } = request.caller.permitted;
      const page = cursors.page(request);
      const where = {
        ...(customerId && { customerId }),
        ...(accountId && { id: accountId }),
        ...(nic && { customer: { nic } }),
        ...(environment && { environment }),
        ...(status && { status }),
      };
      const { orderBy, take } = page;
      const include = { customer: { select: { nic: true } } };
      const rows = await uow.read((tx) =>
        tx.stampingAccount.findMany({ where: { AND: [where, page.where] }, orderBy, take, include }),
      );
      return page.answer(rows, presentAccount);
    },
  });

  operation(app, {
    id: 'getStampingAccount',
    method: 'GET',
    path: '/v1/stamping-accounts/:account_id',
    tag,
    summary: 'Get a stamping account',
    description: 'The account without its secrets, which are shown only when they are made.',
    params: accountPath,
    success: { status: 200, description: 'The account.', schema: StampingAccount, example: exampleAccount },
    problems: [],
    handler: (request) => presentAccount(accountOf(request)),
  });

  operation(app, {
    id: 'getBalance',
    method: 'GET',
    path: '/v1/stamping-accounts/:account_id/balance',
    tag,
    summary: 'Get the balance of a stamping account',
    description: 'Exact at the moment of the answer: available, reserved and consumed add up to received.',
    params: accountPath,
    success: { status: 200, description: 'The balance.', schema: Balance, example: exampleBalance },
    problems: [],
    async handler(request) {
      const { id, customerId, environment } = accountOf(request);
      const balance = await uow.read((tx) => readBalance(tx, customerId, id));
      if (balance === null) throw new Error(`The stamping account ${id} has no ledger account.`);
      return {
        stamping_account_id: toPublicId('sta', id),
        environment: environment as Environment,
        available_stamps: Number(balance.available),
        reserved_stamps: Number(balance.reserved),
        consumed_stamps: Number(balance.consumed),
        received_stamps: Number(balance.inflow),
      };
    },
  });
}
