import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.js';
import { exampleList } from '../../platform/http/schemas.js';
import { fromPublicId } from '../../platform/ids.js';
import { type Caller, customerOf, emitterOf } from '../access/index.js';
import { exampleEmitter } from './examples.js';
import type { EmitterServices } from './index.js';
import { presentEmitter, withAccounts } from './present.js';
import { customerPath, Emitter, EmitterList, emitterPath, emitterQuery } from './schemas.js';

/** `GET /v1/customers/{nic}/emitters`, and one emitter. */
export function readEmitters(app: FastifyInstance, { uow, cursors }: EmitterServices): void {
  operation(app, {
    id: 'listEmitters',
    method: 'GET',
    path: '/v1/customers/:nic/emitters',
    tag: 'Emitters',
    summary: 'List the emitters of a customer',
    description: 'With the credentials of a stamping account: those that are enabled on it.',
    params: customerPath,
    query: emitterQuery,
    success: {
      status: 200,
      description: 'One page of emitters.',
      schema: EmitterList,
      example: exampleList(exampleEmitter),
    },
    problems: ['invalid_cursor'],
    async handler(request) {
      const { rfc, status, stamping_account_id: account } = request.query;
      const page = cursors.page(request);
      const { orderBy, take } = page;
      const where = {
        customerId: customerOf(request).id,
        ...(rfc && { rfc }),
        ...(status && { status }),
        AND: [enabledOn(request.caller, account), page.where],
      };
      const rows = await uow.read((tx) => tx.emitter.findMany({ where, orderBy, take, include: withAccounts }));
      return page.answer(rows, presentEmitter);
    },
  });

  operation(app, {
    id: 'getEmitter',
    method: 'GET',
    path: '/v1/emitters/:emitter_id',
    tag: 'Emitters',
    summary: 'Get an emitter',
    description: 'Its tax data, whether it is suspended, and the accounts that it may be stamped on.',
    params: emitterPath,
    success: { status: 200, description: 'The emitter.', schema: Emitter, example: exampleEmitter },
    problems: [],
    async handler(request) {
      const { id, customerId } = emitterOf(request);
      const where = { id, customerId };
      return presentEmitter(await uow.read((tx) => tx.emitter.findUniqueOrThrow({ where, include: withAccounts })));
    },
  });
}

/** Emitters on the account that a filter names, and on the caller's own where the caller is one. */
function enabledOn({ permitted }: Caller, publicId: string | undefined) {
  const wanted = publicId === undefined ? undefined : (fromPublicId('sta', publicId) ?? '');
  const ids = [permitted.accountId, wanted].filter((id) => id !== undefined);
  return { AND: ids.map((accountId) => ({ accounts: { some: { accountId } } })) };
}
