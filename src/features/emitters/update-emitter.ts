import type { FastifyInstance } from 'fastify';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { recordEvent } from '../../platform/events.js';
import { operation } from '../../platform/http/operation.js';
import { toPublicId } from '../../platform/ids.js';
import { emitterOf } from '../access/index.js';
import { enableOn, resolveAccounts } from './enabled-accounts.js';
import { exampleEmitter } from './examples.js';
import type { EmitterServices } from './index.js';
import { type EmitterRow, presentEmitter, withAccounts } from './present.js';
import { Emitter, EmitterPatch, emitterPath } from './schemas.js';

/** `PATCH /v1/emitters/{emitter_id}`. */
export function updateEmitter(app: FastifyInstance, { clock, idempotency }: EmitterServices): void {
  operation(app, {
    id: 'updateEmitter',
    method: 'PATCH',
    path: '/v1/emitters/:emitter_id',
    tag: 'Emitters',
    summary: 'Change an emitter',
    description: 'Merge patch (RFC 7396): what is left out stays as it is; a list of accounts replaces the one before.',
    idempotency: 'key-optional',
    params: emitterPath,
    body: EmitterPatch,
    success: { status: 200, description: 'The emitter as it is now.', schema: Emitter, example: exampleEmitter },
    problems: ['stamping_account_unknown'],
    examples: { moved: { summary: 'New postal code', value: { postal_code: '06000' } } },
    handler(request, reply) {
      const emitter = emitterOf(request);
      return idempotency.run(request, reply, async (tx) => {
        const changed = await change(tx, emitter, request.body, request.caller.actor);
        return { body: presentEmitter(changed), remember: '72h' };
      });
    },
  });

  async function change(
    tx: Tx,
    { id, customerId }: { id: string; customerId: string },
    patch: EmitterPatch,
    actor: string,
  ): Promise<EmitterRow> {
    const now = clock.now();
    // The row first: of two changes at once the second waits here and then replaces the whole list of accounts.
    await tx.emitter.update({ where: { id, customerId }, data: { ...columnsOf(patch), updatedAt: now } });
    if (patch.stamping_account_ids) {
      const accounts = await resolveAccounts(tx, customerId, patch.stamping_account_ids);
      await enableOn(tx, { id, customerId }, accounts, now);
    }
    const data = { fields: Object.keys(patch) };
    const subject = toPublicId('emi', id);
    await recordEvent(tx, clock, { type: 'emitter.updated', subject, actor, customerId, data });
    return tx.emitter.findUniqueOrThrow({ where: { id, customerId }, include: withAccounts });
  }
}

/** The columns that a patch names. */
function columnsOf({ legal_name, tax_regime, postal_code }: EmitterPatch) {
  return {
    ...(legal_name !== undefined && { legalName: legal_name }),
    ...(tax_regime !== undefined && { taxRegime: tax_regime }),
    ...(postal_code !== undefined && { postalCode: postal_code }),
  };
}
