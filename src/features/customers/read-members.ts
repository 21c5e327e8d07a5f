import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.js';
import { exampleList } from '../../platform/http/schemas.js';
import { customerOf } from '../access/index.js';
import { exampleMember } from './examples.js';
import type { CustomerServices } from './index.js';
import { memberFor, withProfile } from './members.js';
import { presentMember } from './present.js';
import { customerPath, Member, MemberList, memberPath, pageOnly } from './schemas.js';

const path = '/v1/customers/:nic/members';

/** `GET /v1/customers/{nic}/members` and one of them. */
export function readMembers(app: FastifyInstance, { uow, cursors }: CustomerServices): void {
  operation(app, {
    id: 'listMembers',
    method: 'GET',
    path,
    tag: 'Customers',
    summary: 'List the members of a customer',
    description: 'The profiles that are linked to the customer, with their roles.',
    params: customerPath,
    query: pageOnly,
    success: {
      status: 200,
      description: 'One page of members.',
      schema: MemberList,
      example: exampleList(exampleMember),
    },
    problems: ['invalid_cursor'],
    async handler(request) {
      const page = cursors.page(request);
      const { take } = page;
      // A member has no id of its own: within one customer the profile's stands for it.
      const { AND } = page.where;
      const after = AND && [AND[0], { OR: [AND[1].OR[0], { profileId: AND[1].OR[1].id }] }];
      const where = { customerId: customerOf(request).id, ...(after && { AND: after }) };
      const orderBy = [{ createdAt: 'asc' as const }, { profileId: 'asc' as const }];
      const rows = await uow.read((tx) => tx.customerMember.findMany({ where, orderBy, take, include: withProfile }));
      return page.answer(
        rows.map((row) => ({ ...row, id: row.profileId })),
        presentMember,
      );
    },
  });

  operation(app, {
    id: 'getMember',
    method: 'GET',
    path: `${path}/:profile_id`,
    tag: 'Customers',
    summary: 'Get a member of a customer',
    description: 'The profile and its role at the customer.',
    params: memberPath,
    success: { status: 200, description: 'The member.', schema: Member, example: exampleMember },
    problems: [],
    handler: (request) =>
      uow.read(async (tx) => presentMember(await memberFor(tx, customerOf(request).id, request.params.profile_id))),
  });
}
