import type { FastifyInstance } from 'fastify';
import { fault, InvalidRequest } from '../../platform/http/faults.js';
import { operation } from '../../platform/http/operation.js';
import { problem } from '../../problems.js';
import { accessTokenSeconds } from './access-tokens.js';
import type { Access } from './index.js';
import { originOf } from './origin.js';
import { exampleTokens, TokenAnswer, TokenRequest } from './schemas.js';
import type { Tokens } from './sessions.js';

/** `POST /v1/oauth/token`: refreshes a session, or gives a machine a token for its secret. */
export function createToken(
  app: FastifyInstance,
  { sessions, authenticator }: Pick<Access, 'sessions' | 'authenticator'>,
): void {
  operation(app, {
    id: 'createToken',
    method: 'POST',
    path: '/v1/oauth/token',
    tag: 'Sessions',
    summary: 'Refresh a session or get a machine token',
    description:
      'OAuth 2.0 token endpoint. `refresh_token` exchanges the refresh token of a session for new tokens; the old one ' +
      'gives the same new ones again for 30 seconds, in case the answer was lost, and using it later ends the session. ' +
      '`client_credentials` gives a stamping account an access token for its id and secret, for clients that cannot use ' +
      'HTTP Basic; it dies with the secret. Problems of this operation carry OAuth’s own word in `error`.',
    idempotency: 'none',
    body: TokenRequest,
    formBody: true,
    success: { status: 200, description: 'The tokens.', schema: TokenAnswer, example: exampleTokens },
    problems: ['invalid_credentials', 'invalid_refresh_token'],
    examples: {
      refresh: {
        summary: 'Prolong a session',
        value: { grant_type: 'refresh_token', refresh_token: exampleTokens.refresh_token },
      },
      machine: {
        summary: 'A token for a stamping account',
        value: {
          grant_type: 'client_credentials',
          client_id: 'sta_01jd5p0x7bf3k8s9w2m4n6q8rt',
          client_secret: 'tbl_acc_sbx_8r3kz0q5w9x2c7v1b6n4m8t3y5p0d2fgh7jk9s',
        },
      },
    },
    handler: (request) =>
      request.body.grant_type === 'refresh_token'
        ? sessions.refresh(given(request.body, 'refresh_token'), originOf(request))
        : machineToken(given(request.body, 'client_id'), given(request.body, 'client_secret')),
  });

  async function machineToken(clientId: string, secret: string): Promise<Tokens> {
    const token = await authenticator.machineToken(clientId, secret);
    if (token === null) throw problem('invalid_credentials', { extensions: { error: 'invalid_client' } });
    return { access_token: token, token_type: 'Bearer', expires_in: accessTokenSeconds, refresh_token: null };
  }
}

/** A field that this grant needs. */
function given(body: TokenRequest, field: 'refresh_token' | 'client_id' | 'client_secret'): string {
  const value = body[field];
  if (value === undefined) throw new InvalidRequest('body', [fault(`/body/${field}`, 'required')]);
  return value;
}
