import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.js';
import { fromPublicId, toPublicId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import { accountOf } from '../access/index.js';
import { exampleGrant } from './examples.js';
import type { StampingAccountServices } from './index.js';
import { presentGrant } from './present.js';
import { accountPath, Grant, grantPath, NewGrant } from './schemas.js';

const path = '/v1/stamping-accounts/:account_id/grants';
const tag = 'Stamping accounts';

/** `/v1/stamping-accounts/{account_id}/grants`: stamps given by the operator. */
export function grantStamps(app: FastifyInstance, { uow, ledger, idempotency }: StampingAccountServices): void {
  operation(app, {
    id: 'grantStamps',
    method: 'POST',
    path,
    tag,
    summary: 'Give stamps to a stamping account',
    description:
      'The stamps come from the platform’s own account and are available from the commit on. Sandbox stamps are free. ' +
      'The Idempotency-Key is remembered for ever: repeating a grant gives nothing a second time.',
    idempotency: 'key-required',
    params: accountPath,
    body: NewGrant,
    success: { status: 201, description: 'What was given.', schema: Grant, example: exampleGrant },
    problems: [],
    examples: { welcome: { summary: 'A hundred stamps to start with', value: { amount: 100, reason: 'Bienvenida' } } },
    handler(request, reply) {
      const { id: to } = accountOf(request);
      const { amount, reason = null } = request.body;
      const { actor } = request.caller;
      return idempotency.run(request, reply, async (tx) => {
        const { transfer } = await ledger.grant(tx, { to, amount: BigInt(amount), actor, reason });
        const location = `/v1/stamping-accounts/${toPublicId('sta', to)}/grants/${toPublicId('trf', transfer.id)}`;
        return { body: presentGrant(transfer), headers: { location }, remember: 'for-ever' };
      });
    },
  });

  operation(app, {
    id: 'getGrant',
    method: 'GET',
    path: `${path}/:grant_id`,
    tag,
    summary: 'Get a grant of stamps',
    description: 'What was given, when and why.',
    params: grantPath,
    success: { status: 200, description: 'The grant.', schema: Grant, example: exampleGrant },
    problems: [],
    async handler(request) {
      const id = fromPublicId('trf', request.params.grant_id);
      const toAccountId = accountOf(request).id;
      const found =
        id && (await uow.read((tx) => tx.ledgerTransfer.findFirst({ where: { id, toAccountId, kind: 'grant' } })));
      if (!found) throw problem('not_found');
      return presentGrant(found);
    },
  });
}
