import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.js';
import { exampleList } from '../../platform/http/schemas.js';
import { customerOf } from '../access/index.js';
import { exampleCustomer } from './examples.js';
import type { CustomerServices } from './index.js';
import { presentCustomer } from './present.js';
import { Customer, CustomerList, customerPath, customerQuery } from './schemas.js';

/** `GET /v1/customers` and one of them. */
export function readCustomers(app: FastifyInstance, { uow, cursors }: CustomerServices): void {
  operation(app, {
    id: 'listCustomers',
    method: 'GET',
    path: '/v1/customers',
    tag: 'Customers',
    summary: 'List customers',
    description: 'Staff sees every customer, a profile those that it is linked to.',
    query: customerQuery,
    success: {
      status: 200,
      description: 'One page of customers.',
      schema: CustomerList,
      example: exampleList(exampleCustomer),
    },
    problems: ['invalid_cursor'],
    async handler(request) {
      const { nic, rfc } = request.query;
      const { customerId } = request.caller.permitted;
      const page = cursors.page(request);
      const { orderBy, take } = page;
      const where = { ...(customerId && { id: customerId }), ...(nic && { nic }), ...(rfc && { rfc }) };
      const rows = await uow.read((tx) => tx.customer.findMany({ where: { AND: [where, page.where] }, orderBy, take }));
      return page.answer(rows, presentCustomer);
    },
  });

  operation(app, {
    id: 'getCustomer',
    method: 'GET',
    path: '/v1/customers/:nic',
    tag: 'Customers',
    summary: 'Get a customer',
    description: 'Its tax data and contact.',
    params: customerPath,
    success: { status: 200, description: 'The customer.', schema: Customer, example: exampleCustomer },
    problems: [],
    handler: (request) => presentCustomer(customerOf(request)),
  });
}
