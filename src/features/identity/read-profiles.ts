import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.js';
import { exampleList } from '../../platform/http/schemas.js';
import { fromPublicId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import { exampleProfile } from './examples.js';
import type { IdentityServices } from './index.js';
import { presentProfile } from './present.js';
import { normalizeEmail } from './rules.js';
import { Profile, ProfileList, profilePath, profileQuery } from './schemas.js';

/** `GET /v1/profiles` and one of them: for staff. */
export function readProfiles(app: FastifyInstance, { uow, cursors }: IdentityServices): void {
  operation(app, {
    id: 'listProfiles',
    method: 'GET',
    path: '/v1/profiles',
    tag: 'Profiles',
    summary: 'List profiles',
    description: 'Everybody who can log in, or the one with a log-in name.',
    query: profileQuery,
    success: {
      status: 200,
      description: 'One page of profiles.',
      schema: ProfileList,
      example: exampleList(exampleProfile),
    },
    problems: ['invalid_cursor'],
    async handler(request) {
      const { email } = request.query;
      const page = cursors.page(request);
      const { orderBy, take } = page;
      const where = { AND: [email ? { email: normalizeEmail(email) } : {}, page.where] };
      return page.answer(await uow.read((tx) => tx.profile.findMany({ where, orderBy, take })), presentProfile);
    },
  });

  operation(app, {
    id: 'getProfile',
    method: 'GET',
    path: '/v1/profiles/:profile_id',
    tag: 'Profiles',
    summary: 'Get a profile',
    description: 'Anybody who can log in.',
    params: profilePath,
    success: { status: 200, description: 'The profile.', schema: Profile, example: exampleProfile },
    problems: [],
    async handler(request) {
      const id = fromPublicId('prf', request.params.profile_id);
      const profile = id && (await uow.read((tx) => tx.profile.findUnique({ where: { id } })));
      if (!profile) throw problem('not_found');
      return presentProfile(profile);
    },
  });
}
