import type { FastifyInstance } from 'fastify';
import { recordEvent } from '../../platform/events.js';
import { operation } from '../../platform/http/operation.js';
import { toPublicId } from '../../platform/ids.js';
import { customerOf } from '../access/index.js';
import { exampleCustomer } from './examples.js';
import type { CustomerServices } from './index.js';
import { presentCustomer } from './present.js';
import { Customer, CustomerPatch, customerPath } from './schemas.js';

/** `PATCH /v1/customers/{nic}`. */
export function updateCustomer(app: FastifyInstance, { clock, idempotency }: CustomerServices): void {
  operation(app, {
    id: 'updateCustomer',
    method: 'PATCH',
    path: '/v1/customers/:nic',
    tag: 'Customers',
    summary: 'Change a customer',
    description: 'Merge patch (RFC 7396): what is left out stays as it is; `email` can be taken away with null.',
    idempotency: 'key-optional',
    params: customerPath,
    body: CustomerPatch,
    success: { status: 200, description: 'The customer as it is now.', schema: Customer, example: exampleCustomer },
    problems: [],
    examples: { moved: { summary: 'New postal code', value: { postal_code: '06000' } } },
    handler(request, reply) {
      const { id } = customerOf(request);
      return idempotency.run(request, reply, async (tx) => {
        const customer = await tx.customer.update({
          where: { id },
          data: { ...columnsOf(request.body), updatedAt: clock.now() },
        });
        const about = { subject: toPublicId('cus', id), actor: request.caller.actor, customerId: id };
        const data = { fields: Object.keys(request.body) };
        await recordEvent(tx, clock, { ...about, type: 'customer.updated', data });
        return { body: presentCustomer(customer), remember: '72h' };
      });
    },
  });
}

/** The columns that a patch names. */
function columnsOf({ legal_name, tax_regime, postal_code, email }: CustomerPatch) {
  return {
    ...(legal_name !== undefined && { legalName: legal_name }),
    ...(tax_regime !== undefined && { taxRegime: tax_regime }),
    ...(postal_code !== undefined && { postalCode: postal_code }),
    ...(email !== undefined && { email }),
  };
}
