/** Every route of the whole app keeps the rules of the API; and each rule finds what offends against it. */
import t from 'tap';
import Type from 'typebox';
import type { RegisteredOperation } from '../../src/platform/http/definition.js';
import {
  closed,
  component,
  instant,
  integer,
  listOf,
  nullable,
  pageQuery,
  text,
} from '../../src/platform/http/schemas.js';
import { testApp } from '../support/app.js';
import { guards, offenders } from '../support/route-guards.js';

/** Open to everybody. Whoever adds one here says in the commit why. */
const publicOperations = ['createSession', 'createToken', 'getHealth', 'getReadiness', 'getSandboxAuthority'];

/** Not part of the API: the document and the page that shows it. */
const otherRoutes = [
  '/docs',
  '/docs/favicon-32x32.png',
  '/docs/problems/:code',
  '/docs/start.js',
  '/docs/swagger-ui-bundle.js',
  '/docs/swagger-ui.css',
  '/openapi-3.0.json',
  '/openapi.json',
];

t.test('the whole app', async (t) => {
  const { app } = await testApp(t);
  await app.ready();

  t.test('no operation offends against a rule', async (t) => t.same(offenders(app.operations), []));

  t.test('every route is an operation, but for the documents', async (t) => {
    const operations = new Set(app.operations.map(({ path }) => path as string));
    t.same(
      routesOf(app.printRoutes({ commonPrefix: false })).filter((path) => !operations.has(path)),
      otherRoutes,
    );
  });

  t.test('what is open to everybody is known', async (t) => {
    const open = app.operations.filter(({ policy }) => policy.security.length === 0).map(({ id }) => id);
    t.same(open.sort(), publicOperations);
  });

  t.test('tags are declared and used', async (t) => {
    const declared = (app.swagger().tags ?? []).map(({ name }) => name).sort();
    t.same([...new Set(app.operations.map(({ tag }) => tag))].sort(), declared);
  });

  t.test('every refusal in the document is a problem with an example for each code', async (t) => {
    const document = app.swagger() as unknown as OpenApi;
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, { responses }] of Object.entries(item)) {
        for (const [status, response] of Object.entries(responses)) {
          if (Number(status) < 400) continue;
          const media = resolve(document, response).content['application/problem+json'];
          t.equal(media?.schema.$ref, '#/components/schemas/Problem', `${method} ${path} ${status}`);
          t.ok(Object.keys(media?.examples ?? {}).length > 0, `${method} ${path} ${status}`);
        }
      }
    }
  });

  t.test('components are named in PascalCase', async (t) => {
    const { components } = app.swagger() as unknown as OpenApi;
    const { securitySchemes: _, ...named } = components;
    const names = Object.values(named).flatMap((group) => Object.keys(group as object));
    t.same(
      names.filter((name) => !/^(?:[A-Z][a-z0-9]*)+$/.test(name)),
      [],
    );
  });
});

interface OpenApi {
  readonly paths: Record<string, Record<string, { responses: Record<string, Response | { $ref: string }> }>>;
  readonly components: Record<string, Record<string, unknown>> & { responses: Record<string, Response> };
}

interface Response {
  readonly content: Record<string, { schema: { $ref?: string }; examples?: object } | undefined>;
}

function resolve({ components }: OpenApi, response: Response | { $ref: string }): Response {
  return '$ref' in response ? components.responses[response.$ref.split('/').at(-1)!]! : response;
}

/** The paths of a tree of routes as Fastify prints it. */
function routesOf(tree: string): string[] {
  const open: string[] = [];
  const paths: string[] = [];
  for (const line of tree.split('\n')) {
    const match = /^((?:[│ ] {3})*)[├└]── (\S+)( \(.+\))?$/.exec(line);
    if (match === null) continue;
    const depth = match[1]!.length / 4;
    open.length = depth;
    open.push(match[2]!);
    if (match[3] !== undefined) paths.push(open.join(''));
  }
  return paths.sort();
}

// ── Each rule on an offender

const described = (maxLength = 10) => text({ maxLength, description: 'A field of the sample.' });

const sample: RegisteredOperation = {
  id: 'createThing',
  method: 'POST',
  path: '/v1/customers/:nic/things',
  tag: 'Things',
  summary: 'Create a thing',
  description: 'Creates a thing for the sake of an example.',
  idempotency: 'key-required',
  params: closed({ nic: described() }),
  query: closed({ color: Type.Optional(described()) }),
  body: closed({ name: described(), count: integer({ minimum: 0, maximum: 9, description: 'Count of the sample.' }) }),
  success: {
    status: 201,
    description: 'The thing.',
    schema: component('Thing', Type.Object({ name: described(), made_at: nullable(instant('When it was made.')) })),
    example: { name: 'a', made_at: null },
  },
  problems: [],
  examples: { one: { summary: 'One', value: { name: 'a', count: 1 } } },
  policy: { security: [], idempotencyScope: () => 'x' },
  codes: new Set(['invalid_cursor']),
};

const answering = (
  schema: RegisteredOperation['success']['schema'] & object,
  example?: unknown,
): Partial<RegisteredOperation> => ({
  success: { status: 200, description: 'The sample.', schema, ...(example !== undefined && { example }) },
});

const List = listOf('ThingList', Type.Object({ name: described() }));

/** For each rule, changes of the sample that it has to find. */
const offences: Record<string, Array<Partial<RegisteredOperation>>> = {
  operationId: [{ id: 'create_thing' }, { id: 'CreateThing' }, { id: 'create' }],
  summary: [{ summary: 'x'.repeat(61) }, { summary: 'create a thing' }, { summary: 'Creates a thing.' }],
  description: [{ description: '' }, { description: sample.summary }],
  path: [
    { path: '/v1/customers/' },
    { path: '/customers' },
    { path: '/v1/stamping_accounts' },
    { path: '/v1/customers/:customerId' },
    { path: '/v1/a/:a/b/:b/c/:c/d' },
  ],
  params: [{ path: '/v1/customers/:nic/things/:thing_id' }, { path: '/v1/things' }],
  closedRequests: [
    { body: Type.Object({ name: described() }) },
    { body: closed({ owner: Type.Object({ name: described() }, { description: 'The owner of it.' }) }) },
    { query: Type.Object({}) },
  ],
  openAnswers: [answering(closed({ name: described() }))],
  boundedStrings: [
    { body: closed({ name: Type.String({ description: 'A name.' }) }) },
    { query: closed({ name: Type.Optional(Type.String({ description: 'A name.' })) }) },
    answering(Type.Object({ name: nullable(Type.String({ description: 'A name.' })) })),
  ],
  boundedArrays: [{ body: closed({ names: Type.Array(described(), { description: 'Names.' }) }) }],
  boundedNumbers: [
    { body: closed({ count: Type.Integer({ minimum: 0, description: 'A count.' }) }) },
    answering(Type.Object({ share: Type.Number({ maximum: 1, description: 'A share.' }) })),
  ],
  snakeCase: [
    { body: closed({ legalName: described() }) },
    { query: closed({ 'legal-name': Type.Optional(described()) }) },
  ],
  describedFields: [{ body: closed({ name: Type.String({ maxLength: 1 }) }) }],
  times: [answering(Type.Object({ made_at: described() }))],
  typedEnums: [
    { body: closed({ color: Type.Enum(['red', 'blue'], { description: 'A color.' }) }) },
    { body: closed({ color: Type.Union([Type.Literal('red'), Type.Literal('blue')], { description: 'A color.' }) }) },
  ],
  oneNull: [
    answering(Type.Object({ name: Type.Union([described(), Type.Null()], { description: 'A name.' }) })),
    answering(Type.Object({ name: nullable(Type.String({ maxLength: 1, description: 'A name.', default: 'a' })) })),
  ],
  completeAnswers: [answering(Type.Object({ name: Type.Optional(described()) }))],
  noSecretColumns: [
    answering(Type.Object({ password_hash: described() })),
    answering(Type.Object({ sealed_box: described() })),
  ],
  idempotency: [
    { idempotency: undefined } as unknown as Partial<RegisteredOperation>,
    { method: 'GET' },
    { policy: { security: [] } },
  ],
  answers: [
    { success: { status: 200, description: 'Nothing.' } },
    { success: { status: 204, description: 'Something.', schema: Type.Object({}) } },
    { method: 'DELETE' },
  ],
  lists: [
    { query: closed({}), ...answering(List) },
    { query: closed(pageQuery), codes: new Set(), ...answering(List) },
    { query: closed(pageQuery), ...answering(Type.Object({ data: Type.Array(described(), { maxItems: 9 }) })) },
  ],
  examples: [
    { examples: {} },
    { examples: { wrong: { summary: 'Wrong', value: { name: 'a', count: '1' } } } },
    answering(Type.Object({ name: described() })),
    answering(Type.Object({ name: described() }), { name: 5 }),
  ],
};

t.test('each rule finds its offenders, and lets the sample pass', async (t) => {
  t.same(Object.keys(offences), Object.keys(guards), 'every rule is proven');
  t.same(offenders([sample]), []);
  for (const [name, changes] of Object.entries(offences)) {
    for (const change of changes) {
      const found = offenders([{ ...sample, ...change }]).filter((offence) => offence.endsWith(`(${name})`));
      t.ok(found.length > 0, `${name}: ${JSON.stringify(change).slice(0, 100)}`);
    }
  }
  const twice = offenders([sample, sample]).filter((offence) => offence.includes('not unique'));
  t.equal(twice.length, 2);
});

t.test('a route that is no operation is seen', async (t) => {
  const tree =
    '├── /a (GET, HEAD)\n│   └── /:id (GET, HEAD)\n│       └── /b (PUT)\n└── /v1/profile (GET)\n    └── s (GET)\n';
  t.same(routesOf(tree), ['/a', '/a/:id', '/a/:id/b', '/v1/profile', '/v1/profiles']);
});
