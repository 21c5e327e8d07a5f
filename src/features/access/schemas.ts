import Type, { type Static } from 'typebox';
import { closed, component, enumOf, integer, nullable, text } from '../../platform/http/schemas.js';

/** Tokens as OAuth 2.0 answers them (RFC 6749, section 5.1). */
export const tokenFields = {
  access_token: text({
    maxLength: 1024,
    description:
      'Send it as `Authorization: Bearer …`. Opaque: what it says is checked against the database each time.',
  }),
  token_type: enumOf(['Bearer'], { description: 'Always `Bearer`.' }),
  expires_in: integer({ minimum: 0, maximum: 900, description: 'Seconds that the access token is good for.' }),
  refresh_token: nullable(
    text({
      maxLength: 128,
      description: 'Exchange it for new tokens before the session ends; null for machines, which ask again instead.',
    }),
  ),
};

export const TokenAnswer = component(
  'Tokens',
  Type.Object(tokenFields, { description: 'What to hold on to after a token request.' }),
);

export const exampleTokens: Static<typeof TokenAnswer> = {
  access_token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJwcmZfMDFqZDVwMHg3YmYzazhzOXcybTRuNnE4cnQifQ.c2ln',
  token_type: 'Bearer',
  expires_in: 900,
  refresh_token: 'tbl_ref_AZNqWO2rfOyaC7Ksjx8kVQAAAAH2pQv0Y3d6b1pTgqYx0mUe2rN4kLw8sHc5jXaE9fBtiw',
};

/** A token request: OAuth 2.0's fields, as a form or as JSON. */
export const TokenRequest = component(
  'TokenRequest',
  closed(
    {
      grant_type: enumOf(['refresh_token', 'client_credentials'], {
        description:
          '`refresh_token` prolongs a session of a profile; `client_credentials` gives a stamping account a token.',
      }),
      refresh_token: Type.Optional(
        text({ maxLength: 128, description: 'With `refresh_token`: the token, which is used up by this.' }),
      ),
      client_id: Type.Optional(
        text({ maxLength: 64, description: 'With `client_credentials`: the id of the stamping account (`sta_…`).' }),
      ),
      client_secret: Type.Optional(
        text({ maxLength: 128, description: 'With `client_credentials`: a secret of the stamping account.' }),
      ),
    },
    { description: 'Asks for tokens. Fields of the other grant are left out.' },
  ),
);

export type TokenRequest = Static<typeof TokenRequest>;
