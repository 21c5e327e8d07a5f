/** The document says what the routes do, in both versions; the page that shows it works without any other network. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import Type from 'typebox';
import type { Config } from '../../../src/config.js';
import { toOpenApi30 } from '../../../src/platform/http/openapi-30.js';
import { Components } from '../../../src/platform/http/openapi-components.js';
import { component, enumOf, nullable, text } from '../../../src/platform/http/schemas.js';
import { registerThings, sampleApp } from './sample-app.js';

// biome-ignore lint/suspicious/noExplicitAny: the tests look into documents, and fail where their shape is wrong
type Document = any;

async function sample(
  t: { teardown(run: () => unknown): unknown },
  docs = true,
  settings: Partial<Config['http']> = {},
) {
  const app = await sampleApp(t, registerThings, { settings: { ...settings, docs } });
  await app.ready();
  return app;
}

t.test('an operation is described by what it runs on', async (t) => {
  const app = await sample(t);
  const { paths, components }: Document = app.swagger();
  const create = paths['/v1/things'].post;
  t.equal(create.operationId, 'createThing');
  t.equal(create['x-idempotency'], 'key-optional');
  t.same(create.requestBody.content['application/json'].schema, { $ref: '#/components/schemas/Thing' });
  t.same(components.schemas.Thing.additionalProperties, false);
  t.same(components.schemas.Thing.properties.parts.items, { $ref: '#/components/schemas/Part' });
  t.match(create.parameters, [{ name: 'Idempotency-Key', in: 'header', required: false }]);
  t.same(Object.keys(create.responses), ['201', '400', '409', '413', '415', '422', '429', '500', '503']);
  t.ok(create.responses['201'].headers.Location);
  t.ok(create.responses['201'].headers['Idempotent-Replayed']);

  const list = paths['/v1/things'].get;
  t.notOk('x-idempotency' in list);
  t.match(list.parameters, [
    { name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } },
    { name: 'cursor', required: false },
    { name: 'color', schema: { type: 'string', enum: ['red', 'blue'] } },
  ]);
  t.match(paths['/v1/things/{thing_id}'].get.parameters, [{ name: 'thing_id', in: 'path', required: true }]);
  t.match(paths['/v1/documents'].post.requestBody.content, {
    'application/json': {},
    'application/x-www-form-urlencoded': {},
    'application/xml': { example: '<a/>' },
    'text/xml': {},
  });
  t.same(paths['/v1/secured'].post.security, [{ profileToken: [] }, { accountBasic: [] }]);
  t.ok(paths['/v1/secured'].post.responses['401'] && paths['/v1/secured'].post.responses['403']);
  t.same(paths['/livez'].get.security, []);
  t.notOk(paths['/livez'].get.responses['429'], 'probes count on no rate');
});

t.test('every reference leads somewhere, and nothing is there for nobody', async (t) => {
  const app = await sample(t);
  for (const document of [app.swagger(), toOpenApi30(app.swagger())] as Document[]) {
    const text = JSON.stringify(document);
    const used = new Set(
      [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)].map(([, kind, name]) => `${kind}/${name}`),
    );
    const { securitySchemes: _, ...kinds } = document.components;
    const defined = Object.entries(kinds).flatMap(([kind, group]) =>
      Object.keys(group as object).map((name) => `${kind}/${name}`),
    );
    t.same([...used].sort(), defined.sort(), document.openapi);
  }
});

t.test('two shapes cannot have one name', async (t) => {
  const components = new Components();
  components.reference(component('Thing', Type.Object({ a: Type.String() })));
  t.throws(() => components.reference(component('Thing', Type.Object({ b: Type.String() }))), /named Thing/);
});

t.test('3.0 says the same in its own words', async (t) => {
  const Part = component('Part', Type.Object({ a: Type.String() }));
  const schema = Type.Object({
    word: nullable(text({ maxLength: 5, description: 'A word.' })),
    color: nullable(enumOf(['red'], { description: 'A color.' })),
    part: nullable(Part),
    fixed: Type.Literal('x'),
    shown: text({ maxLength: 5, description: 'Shown.', examples: ['a', 'b'] }),
    example: text({ maxLength: 5, description: 'A field of that name.', examples: ['a'] }),
  });
  const components = new Components();
  const written = toOpenApi30({
    openapi: '3.1.0',
    info: { license: { name: 'Apache 2.0', identifier: 'Apache-2.0' } },
    components: { schemas: { Thing: components.reference(schema) } },
    paths: { example: { value: { type: ['string', 'null'] } } },
  }) as Document;
  t.equal(written.openapi, '3.0.3');
  t.same(written.info.license, { name: 'Apache 2.0', url: 'https://spdx.org/licenses/Apache-2.0.html' });
  t.same(written.components.schemas.Thing.properties, {
    word: { type: 'string', nullable: true, minLength: 1, maxLength: 5, description: 'A word.' },
    color: { type: 'string', nullable: true, enum: ['red', null], description: 'A color.' },
    part: { nullable: true, allOf: [{ $ref: '#/components/schemas/Part' }] },
    fixed: { type: 'string', enum: ['x'] },
    shown: { type: 'string', minLength: 1, maxLength: 5, description: 'Shown.', example: 'a' },
    example: { type: 'string', minLength: 1, maxLength: 5, description: 'A field of that name.', example: 'a' },
  });
  t.same(written.paths.example.value, { type: ['string', 'null'] }, 'data of an example is left alone');
});

t.test('the documents are served, and a page that shows them', async (t) => {
  const app = await sample(t);
  t.equal((await app.inject('/openapi.json')).json().openapi, '3.1.0');
  t.equal((await app.inject('/openapi-3.0.json')).json().openapi, '3.0.3');
  const page = await app.inject('/docs');
  t.equal(page.statusCode, 200);
  const policy = String(page.headers['content-security-policy']);
  t.match(policy, "default-src 'none'");
  t.match(policy, "script-src 'self';");
  const addressed = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address as string);
  t.equal(addressed.length, 4);
  for (const address of addressed) {
    t.notMatch(address, /^(?:https?:)?\/\//, 'nothing from elsewhere');
    t.equal((await app.inject(`/${address}`)).statusCode, 200, address);
  }
  t.notMatch(page.body, /<script>/, 'no script in the page itself');
});

t.test('where problems are documented, each has a page in both languages', async (t) => {
  const app = await sample(t);
  const page = await app.inject('/docs/problems/not_found');
  t.equal(page.statusCode, 200);
  t.match(page.body, 'No encontrado');
  t.match(page.body, 'Not found');
  for (const code of ['nothing', 'constructor', '__proto__', '%3Cscript%3E']) {
    t.equal((await app.inject(`/docs/problems/${code}`)).json().code, 'not_found', code);
  }
});

t.test('reading them counts, and switched off they are not there', async (t) => {
  const rate = { max: 1, windowSeconds: 60 };
  const counting = await sample(t, true, { rates: { anonymous: rate, standard: rate, stamping: rate } });
  await counting.inject('/openapi.json');
  t.equal((await counting.inject('/docs')).statusCode, 429);
  const off = await sample(t, false);
  for (const url of [
    '/docs',
    '/docs/swagger-ui.css',
    '/openapi.json',
    '/openapi-3.0.json',
    '/docs/problems/not_found',
  ]) {
    t.equal((await off.inject(url)).statusCode, 404, url);
  }
});

t.test('what is committed was made for nobody’s machine', async (t) => {
  for (const name of ['openapi.json', 'openapi-3.0.json']) {
    const text = readFileSync(new URL(`../../../openapi/${name}`, import.meta.url), 'utf8');
    t.same(JSON.parse(text).servers, [{ url: 'https://timbrel.example', description: 'This installation.' }]);
    t.notMatch(text, 'localhost');
  }
});
