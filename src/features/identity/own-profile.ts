import type { FastifyInstance } from 'fastify';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { recordEvent } from '../../platform/events.js';
import { operation } from '../../platform/http/operation.js';
import type { MemberRole } from '../access/index.js';
import { exampleOwnProfile } from './examples.js';
import type { IdentityServices } from './index.js';
import { presentProfile } from './present.js';
import { OwnProfile, OwnProfilePatch } from './schemas.js';

const path = '/v1/profile';
/** Who manages more customers than this does so as a distributor, not as a member of each. */
const MAX_MEMBERSHIPS = 1000;

/** `GET` and `PATCH /v1/profile`: the person who asks. */
export function ownProfile(app: FastifyInstance, { uow, clock, idempotency }: IdentityServices): void {
  operation(app, {
    id: 'getOwnProfile',
    method: 'GET',
    path,
    tag: 'Profiles',
    summary: 'Get my profile',
    description: 'The person who asks and the customers that they are linked to. A profile needs no customer.',
    success: { status: 200, description: 'The profile.', schema: OwnProfile, example: exampleOwnProfile },
    problems: [],
    handler: ({ caller }) => uow.read((tx) => read(tx, caller.profile.profileId)),
  });

  operation(app, {
    id: 'updateOwnProfile',
    method: 'PATCH',
    path,
    tag: 'Profiles',
    summary: 'Change my profile',
    description: 'Merge patch (RFC 7396): what is left out stays as it is.',
    idempotency: 'key-optional',
    body: OwnProfilePatch,
    success: { status: 200, description: 'The profile as it is now.', schema: OwnProfile, example: exampleOwnProfile },
    problems: [],
    examples: { married: { summary: 'New family name', value: { family_name: 'Ruiz de Soto' } } },
    handler(request, reply) {
      const { given_name: givenName, family_name: familyName } = request.body;
      const { caller } = request;
      const { profileId: id } = caller.profile;
      return idempotency.run(request, reply, async (tx) => {
        const names = { ...(givenName && { givenName }), ...(familyName && { familyName }) };
        await tx.profile.update({ where: { id }, data: { ...names, updatedAt: clock.now() } });
        const data = { fields: Object.keys(request.body) };
        await recordEvent(tx, clock, { type: 'profile.updated', subject: caller.actor, actor: caller.actor, data });
        return { body: await read(tx, id), remember: '72h' };
      });
    },
  });
}

async function read(tx: Tx, id: string): Promise<OwnProfile> {
  const customer = { select: { nic: true, legalName: true } };
  const memberships = { include: { customer }, orderBy: { createdAt: 'asc' as const }, take: MAX_MEMBERSHIPS };
  const profile = await tx.profile.findUniqueOrThrow({ where: { id }, include: { memberships } });
  return {
    ...presentProfile(profile),
    memberships: profile.memberships.map(({ role, customer: { nic, legalName } }) => ({
      nic,
      legal_name: legalName,
      role: role as MemberRole,
    })),
  };
}
