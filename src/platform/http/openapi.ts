import fastifySwagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config.js';
import { toOpenApi30 } from './openapi-30.js';
import { completeDocument, type GeneratedDocument } from './openapi-completion.js';
import { Components } from './openapi-components.js';
import { swaggerSchema } from './openapi-operation.js';
import { counted, registerReference } from './reference.js';

type OpenApi = Required<NonNullable<FastifyDynamicSwaggerOptions['openapi']>>;

/** What the document says of the whole. */
export interface DocumentHead extends Pick<OpenApi, 'info'> {
  readonly tags: Array<{ readonly name: string; readonly description: string }>;
  /** OpenAPI's Security Scheme Objects, by the names that the table of authorisation uses. */
  readonly securitySchemes: NonNullable<OpenApi['components']['securitySchemes']>;
}

/**
 * Makes the document of every operation that is registered from here on: `app.swagger()` is OpenAPI 3.1, once the app
 * is ready. Where `docs` is on, everybody gets it at `/openapi.json`, its 3.0 twin at `/openapi-3.0.json`, and a page to
 * read it at `/docs`. None of these is an operation of the API.
 */
export async function registerDocument(
  app: FastifyInstance,
  { publicUrl, problemBase, docs }: Pick<Config['http'], 'publicUrl' | 'problemBase' | 'docs'>,
  { info, tags, securitySchemes }: DocumentHead,
): Promise<void> {
  const components = new Components();
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info,
      servers: [{ url: publicUrl, description: 'This installation.' }],
      tags,
      components: { securitySchemes },
    },
    // The path of the public address is what a proxy puts before ours.
    stripBasePath: false,
    convertConstToEnum: false,
    transform: ({ route: { config }, url }) => ({
      url,
      schema: config?.operation ? swaggerSchema(config.operation, components) : { hide: true },
    }),
    transformObject: (generated) => {
      const { openapiObject } = generated as { openapiObject: GeneratedDocument };
      return completeDocument(openapiObject, app.operations, components, problemBase);
    },
  });
  if (!docs) return;
  serve(app, '/openapi.json', () => app.swagger());
  serve(app, '/openapi-3.0.json', () => toOpenApi30(app.swagger()));
  registerReference(app);
}

function serve(app: FastifyInstance, path: string, document: () => object): void {
  let text: string | undefined;
  app.get(path, { onRequest: counted(app) }, (_, reply) => {
    // Made when it is first asked for: by then every operation is registered.
    text ??= JSON.stringify(document());
    return reply.type('application/json').send(text);
  });
}
