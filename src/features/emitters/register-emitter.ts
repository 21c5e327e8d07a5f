import type { FastifyInstance } from 'fastify';
import type { Customer } from '../../platform/db/generated/client.js';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { recordEvent } from '../../platform/events.js';
import { operation } from '../../platform/http/operation.js';
import { newId, toPublicId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import { customerOf } from '../access/index.js';
import { enableOn, resolveAccounts } from './enabled-accounts.js';
import { exampleEmitter } from './examples.js';
import type { EmitterServices } from './index.js';
import { type EmitterRow, presentEmitter, withAccounts } from './present.js';
import { customerPath, Emitter, NewEmitter } from './schemas.js';

/** `POST /v1/customers/{nic}/emitters`. */
export function registerEmitter(app: FastifyInstance, { clock, idempotency }: EmitterServices): void {
  operation(app, {
    id: 'registerEmitter',
    method: 'POST',
    path: '/v1/customers/:nic/emitters',
    tag: 'Emitters',
    summary: 'Register an emitter',
    description:
      'Its documents can be stamped from the commit on, on the accounts named. A customer registers an RFC once; the same ' +
      'RFC at another customer is another emitter.',
    idempotency: 'key-optional',
    params: customerPath,
    body: NewEmitter,
    success: { status: 201, description: 'The emitter.', schema: Emitter, example: exampleEmitter },
    problems: ['emitter_exists', 'stamping_account_unknown'],
    examples: {
      everywhere: {
        summary: 'On all accounts of the customer',
        value: { rfc: 'EKU9003173C9', legal_name: 'ESCUELA KEMPER URGATE', tax_regime: '601', postal_code: '42501' },
      },
    },
    handler(request, reply) {
      const customer = customerOf(request);
      return idempotency.run(request, reply, async (tx) => {
        const body = presentEmitter(await register(tx, customer, request.body, request.caller.actor));
        return { body, headers: { location: `/v1/emitters/${body.id}` }, remember: '72h' };
      });
    },
  });

  async function register(tx: Tx, { id: customerId }: Customer, draft: NewEmitter, actor: string): Promise<EmitterRow> {
    const { rfc, legal_name: legalName, tax_regime: taxRegime, postal_code: postalCode } = draft;
    const id = newId(clock);
    const now = clock.now();
    const columns = { id, customerId, rfc, legalName, taxRegime, postalCode, createdAt: now, updatedAt: now };
    // Two registrations of one RFC at once: the database decides which is the second.
    const { count } = await tx.emitter.createMany({ data: columns, skipDuplicates: true });
    if (count === 0) throw problem('emitter_exists');
    const accounts = await resolveAccounts(tx, customerId, draft.stamping_account_ids);
    await enableOn(tx, columns, accounts, now);
    const data = { rfc, accounts: accounts.map((account) => toPublicId('sta', account)) };
    const subject = toPublicId('emi', id);
    await recordEvent(tx, clock, { type: 'emitter.registered', subject, actor, customerId, data });
    return tx.emitter.findUniqueOrThrow({ where: { id }, include: withAccounts });
  }
}
