import { readFileSync } from 'node:fs';
import type { DocumentHead } from './platform/http/openapi.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What the OpenAPI document says of the API as a whole. Tags stand in the order in which a newcomer needs them. */
export const documentHead: DocumentHead = {
  info: {
    title: 'Timbrel',
    version,
    description: `Timbrel stamps CFDI, Mexico's electronic invoices.

**Errors** are \`application/problem+json\` (RFC 9457) in English or Spanish by \`Accept-Language\`; switch on \`code\`.
Every operation lists its own. Besides, before an operation is known, the server may answer 400 \`malformed_request\`,
404 \`not_found\`, 405 \`method_not_allowed\`, 408 \`request_timeout\`, 414 \`uri_too_long\` and 431
\`header_fields_too_large\`. What does not exist and what is not yours answer the same 404.

**Requests** are closed: an unknown field or query parameter is a 400 that names it, and nothing is converted: \`"5"\` is
not 5, and \`null\` is not 0. **Answers** are open: new fields may be added, so ignore those you do not know.

**Retries**: a write with an \`Idempotency-Key\` takes effect once, whatever is sent again; the first answer comes back
with \`Idempotent-Replayed: true\`. \`x-idempotency\` tells for each write whether it takes a key.

**Request ids**: send your own \`X-Request-Id\` or take ours from the answer; it stands in every problem's \`instance\`.

**Limits**: \`RateLimit-Policy\` and \`RateLimit\` say what is left of a rate; a 429 says in \`Retry-After\` when to come back.`,
    contact: { name: 'Timbrel', url: 'https://timbrel.example/support' },
    license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
  },
  tags: [
    { name: 'Sessions', description: 'Logging in and out, and tokens for people and machines.' },
    { name: 'Profiles', description: 'People who log in.' },
    { name: 'Customers', description: 'Organisations that stamp, and who may do what for them.' },
    { name: 'Stamping accounts', description: 'What machines stamp with: balance, secrets, movements, consumption.' },
    { name: 'Emitters', description: 'Issuers of documents, and the accounts that may stamp for them.' },
    { name: 'Stamps', description: 'Stamping fiscal documents, and the documents that were stamped.' },
    { name: 'Sandbox', description: 'What there is to try Timbrel without fiscal effect.' },
    { name: 'Service', description: 'Whether the process is well: for orchestrators.' },
  ],
  securitySchemes: {
    profileToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'Access token of a person, from a session.',
    },
    accountBasic: {
      type: 'http',
      scheme: 'basic',
      description: 'A stamping account: its id (`sta_…`) as user name and one of its secrets as password.',
    },
    machineToken: {
      type: 'http',
      scheme: 'bearer',
      description: 'Access token of a stamping account, from the token operation with `client_credentials`.',
    },
  },
};
