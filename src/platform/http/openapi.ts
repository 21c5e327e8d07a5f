import type { FastifyInstance } from 'fastify';
import { toOpenApi30 } from './openapi-30.js';
import { type DocumentAddresses, type DocumentHead, openApi31 } from './openapi-document.js';
import { counted, registerReference } from './reference.js';
import type { JsonObject } from './schema-tree.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** The OpenAPI document of everything that is registered, in either version. */
    openApi(version: '3.1' | '3.0'): JsonObject;
  }
}

/**
 * Makes the document available: to the script that writes it down, and, where `docs` is on, to everybody at
 * `/openapi.json` and `/openapi-3.0.json` with a page to read it at `/docs`. None of these is an operation of the API.
 */
export function registerDocument(
  app: FastifyInstance,
  { docs, ...addresses }: DocumentAddresses & { readonly docs: boolean },
  head: DocumentHead,
): void {
  app.decorate('openApi', (version: '3.1' | '3.0') => {
    const document = openApi31(app, head, addresses);
    return version === '3.1' ? document : toOpenApi30(document);
  });
  if (!docs) return;
  for (const [path, version] of [
    ['/openapi.json', '3.1'],
    ['/openapi-3.0.json', '3.0'],
  ] as const) {
    let text: string | undefined;
    app.get(path, { onRequest: counted(app) }, (_, reply) => {
      // Made when it is first asked for: by then every operation is registered.
      text ??= JSON.stringify(app.openApi(version));
      return reply.type('application/json').send(text);
    });
  }
  registerReference(app);
}
