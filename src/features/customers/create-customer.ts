import type { FastifyInstance } from 'fastify';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { recordEvent } from '../../platform/events.js';
import { operation } from '../../platform/http/operation.js';
import { newId, toPublicId } from '../../platform/ids.js';
import {
  openStampingAccount,
  type PreparedSecret,
  prepareSecret,
  presentAccount,
  presentSecret,
} from '../stamping-accounts/index.js';
import { exampleCreatedCustomer } from './examples.js';
import type { CustomerServices } from './index.js';
import { profileFor } from './members.js';
import { presentCustomer } from './present.js';
import { CreatedCustomer, NewCustomer } from './schemas.js';

/** `POST /v1/customers`: a customer comes with a standard stamping account, ready to stamp. */
export function createCustomer(app: FastifyInstance, { clock, keyring, idempotency }: CustomerServices): void {
  operation(app, {
    id: 'createCustomer',
    method: 'POST',
    path: '/v1/customers',
    tag: 'Customers',
    summary: 'Create a customer',
    description:
      'Gives the customer its NIC and opens a standard stamping account with a first secret, which is shown this one ' +
      'time. The same RFC may belong to several customers.',
    idempotency: 'key-required',
    body: NewCustomer,
    success: { status: 201, description: 'The customer.', schema: CreatedCustomer, example: exampleCreatedCustomer },
    problems: ['profile_unknown'],
    examples: {
      sandbox: {
        summary: 'A customer that tries the sandbox',
        value: {
          rfc: 'EKU9003173C9',
          legal_name: 'ESCUELA KEMPER URGATE',
          tax_regime: '601',
          postal_code: '42501',
          email: 'facturas@example.mx',
        },
      },
    },
    handler(request, reply) {
      const { environment = 'sandbox' } = request.body;
      const secret = prepareSecret(keyring, environment);
      return idempotency.run(request, reply, async (tx) => {
        const body = await create(tx, { ...request.body, environment }, secret, request.caller.actor);
        const headers = { location: `/v1/customers/${body.nic}` };
        return { body, headers, remember: 'for-ever', shownOnce: ['/machine_secret/secret'] };
      });
    },
  });

  async function create(
    tx: Tx,
    draft: NewCustomer & { environment: 'sandbox' | 'production' },
    prepared: PreparedSecret,
    actor: string,
  ): Promise<CreatedCustomer> {
    const { rfc, legal_name: legalName, tax_regime: taxRegime, postal_code: postalCode, email = null } = draft;
    const now = clock.now();
    const times = { createdAt: now, updatedAt: now };
    const customer = await tx.customer.create({
      data: { id: newId(clock), rfc, legalName, taxRegime, postalCode, email, ...times },
    });
    const customerId = customer.id;
    const subject = toPublicId('cus', customerId);
    const data = { nic: customer.nic, rfc, owner: draft.owner_profile_id ?? null };
    await recordEvent(tx, clock, { type: 'customer.created', subject, actor, customerId, data });
    if (draft.owner_profile_id) {
      const { id: profileId } = await profileFor(tx, draft.owner_profile_id);
      await tx.customerMember.create({ data: { customerId, profileId, role: 'owner', createdAt: now } });
    }
    const account = { customerId, environment: draft.environment, name: 'Principal', secret: prepared, actor };
    const opened = await openStampingAccount(tx, clock, account);
    return {
      ...presentCustomer(customer),
      stamping_account: presentAccount(opened.account),
      machine_secret: { ...presentSecret(opened.secret), secret: prepared.text },
    };
  }
}
