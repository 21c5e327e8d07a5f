import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { type Config, readConfig } from '../../../src/config.js';
import type { AccessPolicy, OperationPolicy } from '../../../src/platform/http/definition.js';
import { operation } from '../../../src/platform/http/operation.js';
import {
  arrayOf,
  closed,
  component,
  enumOf,
  integer,
  nullable,
  pageQuery,
  pathId,
  text,
} from '../../../src/platform/http/schemas.js';
import { createHttpServer, type HttpOptions } from '../../../src/platform/http/server.js';
import { createLogger } from '../../../src/platform/log.js';
import { problem } from '../../../src/problems.js';

/** The part of tap that is needed here. */
interface Teardown {
  teardown(run: () => unknown): unknown;
}

/** Lets everybody in; whoever sends `Authorization: Bearer name` is that actor, and `Bearer wrong` nobody. */
export const samplePolicy: AccessPolicy = {
  policyFor: (id): OperationPolicy => ({
    security: id.startsWith('secured') ? [{ profileToken: [] }, { accountBasic: [] }] : [],
    authenticate: async (request) => {
      const name = /^Bearer (\w{1,40})$/.exec(request.headers.authorization ?? '')?.[1];
      if (name === 'wrong' || (name === undefined && id.startsWith('secured')))
        throw problem('authentication_required');
      request.actor = name ?? null;
    },
    idempotencyScope: (request) => request.actor ?? 'nobody',
  }),
};

const head: HttpOptions['document'] = {
  info: { title: 'Sample', version: '1.0.0', license: { name: 'Apache 2.0', identifier: 'Apache-2.0' } },
  tags: [{ name: 'Things', description: 'Things.' }],
  securitySchemes: {
    profileToken: { type: 'http', scheme: 'bearer' },
    accountBasic: { type: 'http', scheme: 'basic' },
  },
};

/** A server of the platform alone, with the operations of the test; closed when the test ends. */
export async function sampleApp(
  t: Teardown,
  register: (app: FastifyInstance) => void,
  options: Partial<Omit<HttpOptions, 'settings'>> & { readonly settings?: Partial<Config['http']> } = {},
): Promise<FastifyInstance> {
  const { settings, ...rest } = options;
  const app = await createHttpServer({
    accessPolicy: samplePolicy,
    logger: createLogger('silent'),
    document: head,
    isReady: async () => true,
    ...rest,
    settings: { ...readConfig({}).http, ...settings },
  });
  register(app);
  t.teardown(() => app.close());
  return app;
}

const Part = component(
  'Part',
  closed({
    name: text({ maxLength: 10, description: 'Name.' }),
    count: integer({ minimum: 0, maximum: 9, description: 'Count.' }),
  }),
);

/** A body with every kind of field. */
export const Thing = component(
  'Thing',
  closed({
    rfc: text({ maxLength: 13, pattern: '^[A-Z]{3}$', description: 'Code.' }),
    color: enumOf(['red', 'blue'], { description: 'Color.' }),
    note: nullable(text({ maxLength: 5, description: 'Note.' })),
    count: Type.Optional(integer({ minimum: 1, maximum: 100, description: 'Count.' })),
    flag: Type.Optional(Type.Boolean({ description: 'Flag.' })),
    parts: Type.Optional(arrayOf(Part, { maxItems: 2, description: 'Parts.' })),
  }),
);

export const thing = { rfc: 'ABC', color: 'red', note: null };

/** What most tests send requests to: echoes what it was given. */
export function registerThings(app: FastifyInstance): void {
  const common = { tag: 'Things', description: 'A sample.', problems: [] } as const;
  const Echo = component('Echo', Type.Object({ got: Type.Unknown() }));
  operation(app, {
    ...common,
    id: 'createThing',
    method: 'POST',
    path: '/v1/things',
    summary: 'Create',
    idempotency: 'key-optional',
    body: Thing,
    success: { status: 201, description: 'Created.', schema: Echo },
    handler: (request) => ({ got: request.body }),
  });
  operation(app, {
    ...common,
    id: 'listThings',
    method: 'GET',
    path: '/v1/things',
    summary: 'List',
    query: closed({
      ...pageQuery,
      color: Type.Optional(enumOf(['red', 'blue'], { description: 'Color.' })),
      flag: Type.Optional(Type.Boolean({ description: 'Flag.' })),
      name: Type.Optional(text({ maxLength: 20, description: 'Name.' })),
    }),
    success: { status: 200, description: 'Things.', schema: Echo },
    handler: (request) => ({ got: request.query }),
  });
  operation(app, {
    ...common,
    id: 'getThing',
    method: 'GET',
    path: '/v1/things/:thing_id',
    summary: 'Get',
    params: closed({ thing_id: pathId('stm', 'Id.') }),
    success: { status: 200, description: 'A thing.', schema: Echo },
    handler: () => {
      throw problem('not_found');
    },
  });
  operation(app, {
    ...common,
    id: 'removeThing',
    method: 'DELETE',
    path: '/v1/things/:thing_id',
    summary: 'Remove',
    idempotency: 'natural',
    params: closed({ thing_id: pathId('stm', 'Id.') }),
    success: { status: 204, description: 'Gone.' },
    handler: async () => {},
  });
  operation(app, {
    ...common,
    id: 'readDocument',
    method: 'POST',
    path: '/v1/documents',
    summary: 'Read',
    idempotency: 'none',
    body: closed({ text: text({ maxLength: 100, description: 'Text.' }) }),
    formBody: true,
    xmlBody: { description: 'A document.', example: '<a/>' },
    success: { status: 200, description: 'Its bytes.', schema: Echo },
    handler: (request) => ({ got: Buffer.isBuffer(request.body) ? request.body.toString('hex') : request.body.text }),
  });
  operation(app, {
    ...common,
    id: 'securedThing',
    method: 'POST',
    path: '/v1/secured',
    summary: 'Secured',
    idempotency: 'key-required',
    body: Thing,
    success: { status: 200, description: 'Echo.', schema: Echo },
    handler: (request) => ({ got: request.idempotencyKey }),
  });
}
