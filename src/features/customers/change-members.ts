import type { FastifyInstance } from 'fastify';
import type { Customer } from '../../platform/db/generated/client.js';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { recordEvent } from '../../platform/events.js';
import { operation } from '../../platform/http/operation.js';
import { toPublicId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import { type Caller, customerOf, type MemberRole } from '../access/index.js';
import { exampleMember } from './examples.js';
import type { CustomerServices } from './index.js';
import { assertMayChange, lockMembers, memberFor, profileFor, withProfile } from './members.js';
import { type MemberRow, presentMember } from './present.js';
import { customerPath, Member, MemberPatch, memberPath, NewMember } from './schemas.js';

const path = '/v1/customers/:nic/members';
const tag = 'Customers';

/** Linking profiles to a customer, changing their roles, and unlinking them. */
export function changeMembers(app: FastifyInstance, { uow, clock, idempotency }: CustomerServices): void {
  operation(app, {
    id: 'addMember',
    method: 'POST',
    path,
    tag,
    summary: 'Link a profile to a customer',
    description: 'The role counts from the next request of that profile on. Only owners and staff make owners.',
    idempotency: 'key-optional',
    params: customerPath,
    body: NewMember,
    success: { status: 201, description: 'The member.', schema: Member, example: exampleMember },
    problems: ['member_exists', 'profile_unknown'],
    examples: {
      operator: {
        summary: 'Somebody who manages emitters',
        value: { profile_id: 'prf_01jd5p0x7bf3k8s9w2m4n6q8rt', role: 'operator' },
      },
    },
    handler(request, reply) {
      const customer = customerOf(request);
      const { profile_id: profileId, role } = request.body;
      return idempotency.run(request, reply, async (tx) => {
        const member = await add(tx, request.caller, customer, profileId, role);
        const headers = { location: `/v1/customers/${customer.nic}/members/${profileId}` };
        return { body: presentMember(member), headers, remember: '72h' };
      });
    },
  });

  operation(app, {
    id: 'updateMember',
    method: 'PATCH',
    path: `${path}/:profile_id`,
    tag,
    summary: 'Change the role of a member',
    description: 'Counts from the next request of that profile on. A customer that has an owner keeps at least one.',
    idempotency: 'key-optional',
    params: memberPath,
    body: MemberPatch,
    success: { status: 200, description: 'The member as it is now.', schema: Member, example: exampleMember },
    problems: ['last_owner'],
    examples: { admin: { summary: 'Make an admin', value: { role: 'admin' } } },
    handler(request, reply) {
      const customer = customerOf(request);
      return idempotency.run(request, reply, async (tx) => {
        const member = await change(tx, request.caller, customer, request.params.profile_id, request.body.role);
        return { body: presentMember(member), remember: '72h' };
      });
    },
  });

  operation(app, {
    id: 'removeMember',
    method: 'DELETE',
    path: `${path}/:profile_id`,
    tag,
    summary: 'Unlink a profile from a customer',
    description: 'The profile loses the customer with its next request. The last owner stays. A second time is a 404.',
    idempotency: 'natural',
    params: memberPath,
    success: { status: 204, description: 'The profile is unlinked.' },
    problems: ['last_owner'],
    handler: (request) => uow.run((tx) => remove(tx, request.caller, customerOf(request), request.params.profile_id)),
  });

  async function add(
    tx: Tx,
    caller: Caller,
    customer: Customer,
    publicId: string,
    role: MemberRole,
  ): Promise<MemberRow> {
    await lockMembers(tx, customer);
    const customerId = customer.id;
    await assertMayChange(tx, caller, customerId, { from: null, to: role });
    const { id: profileId } = await profileFor(tx, publicId);
    const key = { customerId, profileId };
    if (await tx.customerMember.findUnique({ where: { customerId_profileId: key } })) throw problem('member_exists');
    const data = { ...key, role, createdAt: clock.now() };
    const member = await tx.customerMember.create({ data, include: withProfile });
    await record(tx, caller, member, 'member.added', { role });
    return member;
  }

  async function change(
    tx: Tx,
    caller: Caller,
    customer: Customer,
    publicId: string,
    role: MemberRole,
  ): Promise<MemberRow> {
    await lockMembers(tx, customer);
    const { customerId, profileId, role: from } = await memberFor(tx, customer.id, publicId);
    await assertMayChange(tx, caller, customerId, { from: from as MemberRole, to: role });
    const where = { customerId_profileId: { customerId, profileId } };
    const member = await tx.customerMember.update({ where, data: { role }, include: withProfile });
    await record(tx, caller, member, 'member.changed', { from, role });
    return member;
  }

  async function remove(tx: Tx, caller: Caller, customer: Customer, publicId: string): Promise<void> {
    await lockMembers(tx, customer);
    const member = await memberFor(tx, customer.id, publicId);
    const { customerId, profileId, role: from } = member;
    await assertMayChange(tx, caller, customerId, { from: from as MemberRole, to: null });
    await tx.customerMember.delete({ where: { customerId_profileId: { customerId, profileId } } });
    await record(tx, caller, member, 'member.removed', { from });
  }

  async function record(tx: Tx, { actor }: Caller, member: MemberRow, type: string, data: Record<string, string>) {
    const { customerId, profileId } = member;
    await recordEvent(tx, clock, { type, subject: toPublicId('prf', profileId), actor, customerId, data });
  }
}
