import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.js';
import { exampleOpenedSession } from './examples.js';
import type { IdentityServices } from './index.js';
import { presentSession } from './present.js';
import { Session } from './schemas.js';

const path = '/v1/sessions/current';

/** `GET` and `DELETE /v1/sessions/current`: the session of the token that asks. */
export function logOut(app: FastifyInstance, { uow, sessions }: IdentityServices): void {
  operation(app, {
    id: 'getSession',
    method: 'GET',
    path,
    tag: 'Sessions',
    summary: 'Get the current session',
    description: 'The session of the token that asks.',
    success: { status: 200, description: 'The session.', schema: Session, example: exampleOpenedSession.session },
    problems: [],
    async handler({ caller }) {
      const { sessionId: id, profileId } = caller.profile;
      return presentSession(await uow.read((tx) => tx.session.findUniqueOrThrow({ where: { id, profileId } })));
    },
  });

  operation(app, {
    id: 'endSession',
    method: 'DELETE',
    path,
    tag: 'Sessions',
    summary: 'Log out',
    description: 'Ends the session of the token that asks: its tokens are refused from the commit on.',
    idempotency: 'natural',
    success: { status: 204, description: 'The session is over.' },
    problems: [],
    handler: ({ caller, ip }) =>
      uow.run((tx) => sessions.revoke(tx, caller.profile.sessionId, 'logged_out', caller.actor, ip)),
  });
}
