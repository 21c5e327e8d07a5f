import fastifyJwt, { type JWT } from '@fastify/jwt';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';
import type { AccessPolicy } from '../../platform/http/definition.js';
import type { Keyring } from '../../platform/secrets/index.js';
import { AccessTokens } from './access-tokens.js';
import { Authenticator } from './authenticate.js';
import { createToken } from './create-token.js';
import { MachineSecrets } from './machine-secrets.js';
import { TablePolicy } from './policy.js';
import { Sessions } from './sessions.js';

/**
 * Access: who asks (authentication) and what they may (authorisation). `table.ts` says who may do what; `policy.ts`
 * makes every route obey it; nothing else in the house looks at credentials.
 *
 * It reads the tenancy columns of customers, members, accounts and emitters, because one query has to say whether an
 * object exists for a caller. It writes sessions and nothing else.
 */
export interface Access {
  /** What the HTTP server asks before every handler. */
  readonly policy: AccessPolicy;
  readonly sessions: Sessions;
  readonly authenticator: Authenticator;
  /** Registers the token operation, and what signs tokens, on the server that was made with `policy`. */
  register(app: FastifyInstance): Promise<void>;
}

/** Builds access from what the composition root has. */
export function createAccess({ uow, keyring, clock }: { uow: UnitOfWork; keyring: Keyring; clock: Clock }): Access {
  let jwt: JWT | undefined;
  const tokens = new AccessTokens(() => jwt as JWT, keyring, clock);
  const secrets = new MachineSecrets(uow, keyring, clock);
  const authenticator = new Authenticator(uow, tokens, secrets, clock);
  const access: Access = {
    policy: new TablePolicy(uow, authenticator, clock),
    sessions: new Sessions(uow, keyring, tokens, clock),
    authenticator,
    async register(app) {
      await app.register(fastifyJwt, { secret: keyring.keys('accessToken')[0].key.export() });
      jwt = app.jwt;
      createToken(app, access);
    },
  };
  return access;
}

export { Caller } from './caller.js';
export {
  type AccountWithNic,
  accountFor,
  accountOf,
  customerFor,
  customerOf,
  type EmitterWithNic,
  emitterOf,
  type Target,
} from './objects.js';
export { originOf } from './origin.js';
export type { AccountPrincipal, Environment, MemberRole, Principal, ProfilePrincipal } from './principal.js';
export { environments, memberRoles } from './principal.js';
export { exampleTokens, tokenFields } from './schemas.js';
export type { Origin, Sessions, Tokens } from './sessions.js';
