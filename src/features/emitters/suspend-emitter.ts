import type { FastifyInstance } from 'fastify';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { recordEvent } from '../../platform/events.js';
import { operation } from '../../platform/http/operation.js';
import { toPublicId } from '../../platform/ids.js';
import { emitterOf } from '../access/index.js';
import { exampleEmitter } from './examples.js';
import type { EmitterServices } from './index.js';
import { type EmitterRow, presentEmitter, withAccounts } from './present.js';
import { Emitter, emitterPath } from './schemas.js';

const path = '/v1/emitters/:emitter_id/suspension';
const tag = 'Emitters';

/** `PUT` and `DELETE /v1/emitters/{emitter_id}/suspension`. */
export function suspendEmitter(app: FastifyInstance, { uow, clock }: EmitterServices): void {
  operation(app, {
    id: 'suspendEmitter',
    method: 'PUT',
    path,
    tag,
    summary: 'Suspend an emitter',
    description:
      'From the commit on nothing new is stamped for it, on any account of the customer; what was stamped stays. Suspending ' +
      'a suspended emitter changes nothing.',
    idempotency: 'natural',
    params: emitterPath,
    success: {
      status: 200,
      description: 'The suspended emitter.',
      schema: Emitter,
      example: { ...exampleEmitter, status: 'suspended' },
    },
    problems: [],
    handler(request) {
      const emitter = emitterOf(request);
      return uow.run(async (tx) => presentEmitter(await set(tx, emitter, 'suspended', request.caller.actor)));
    },
  });

  operation(app, {
    id: 'reactivateEmitter',
    method: 'DELETE',
    path,
    tag,
    summary: 'Lift the suspension of an emitter',
    description: 'From the commit on its documents are stamped again. Lifting one that is not there changes nothing.',
    idempotency: 'natural',
    params: emitterPath,
    success: { status: 204, description: 'The emitter is active.' },
    problems: [],
    async handler(request) {
      const emitter = emitterOf(request);
      await uow.run((tx) => set(tx, emitter, 'active', request.caller.actor));
    },
  });

  async function set(
    tx: Tx,
    { id, customerId }: { id: string; customerId: string },
    status: 'active' | 'suspended',
    actor: string,
  ): Promise<EmitterRow> {
    const where = { id, customerId, status: { not: status } };
    const { count } = await tx.emitter.updateMany({ where, data: { status, updatedAt: clock.now() } });
    if (count > 0) {
      const type = status === 'suspended' ? 'emitter.suspended' : 'emitter.reactivated';
      await recordEvent(tx, clock, { type, subject: toPublicId('emi', id), actor, customerId });
    }
    return tx.emitter.findUniqueOrThrow({ where: { id, customerId }, include: withAccounts });
  }
}
