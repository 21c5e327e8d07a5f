/** Whatever goes wrong is one problem+json, tells nobody more than they may know, and is one that the document names. */
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import Type from 'typebox';
import { operation } from '../../../src/platform/http/operation.js';
import { closed, text } from '../../../src/platform/http/schemas.js';
import { createLogger } from '../../../src/platform/log.js';
import { type ProblemCode, problem } from '../../../src/problems.js';
import { registerThings, sampleApp } from './sample-app.js';

const requestId = 'test-request-0001';

/** An operation that throws whatever it is given. */
function registerThrower(app: FastifyInstance, error: () => Error, problems: ProblemCode[] = []): void {
  operation(app, {
    id: 'throwThing',
    method: 'GET',
    path: '/v1/throw',
    tag: 'Things',
    summary: 'Throw',
    description: 'A sample.',
    success: { status: 200, description: 'Never.', schema: Type.Object({}) },
    problems,
    handler: () => {
      throw error();
    },
  });
}

t.test('a refusal carries what RFC 9457 and API.md ask for', async (t) => {
  const refusal = () =>
    problem('request_in_progress', { retryAfter: 1.2, params: { retry_after: 2 }, extensions: { balance: 0 } });
  const app = await sampleApp(t, (app) => registerThrower(app, refusal, ['request_in_progress']), {
    settings: { problemBase: 'https://docs.example/problems' },
  });
  const response = await app.inject({ url: '/v1/throw', headers: { 'x-request-id': requestId } });
  t.equal(response.statusCode, 409);
  t.equal(response.headers['content-type'], 'application/problem+json');
  t.equal(response.headers['retry-after'], '2', 'whole seconds, rounded up');
  t.equal(response.headers.vary, 'Accept-Language');
  t.same(response.json(), {
    type: 'https://docs.example/problems/request_in_progress',
    title: 'The same request is still running',
    status: 409,
    detail: 'A request with this Idempotency-Key has not finished. Try again after 2 s.',
    instance: requestId,
    code: 'request_in_progress',
    balance: 0,
  });
});

t.test('violations come in the language of the caller', async (t) => {
  const violation = {
    code: 'CFDI40102',
    legacy_code: '302',
    path: '/cfdi:Comprobante/@Sello',
    expected: null,
    actual: null,
    message: { en: 'The seal does not fit.', es: 'El sello no corresponde.' },
  };
  const refusal = () => problem('invalid_request', { violations: [violation] });
  const app = await sampleApp(t, (app) => registerThrower(app, refusal));
  const spanish = await app.inject({ url: '/v1/throw', headers: { 'accept-language': 'es' } });
  t.same(spanish.json().violations, [{ ...violation, message: 'El sello no corresponde.' }]);
  const english = await app.inject({ url: '/v1/throw', headers: { 'accept-language': 'fr, en;q=0.1' } });
  t.same(english.json().violations, [{ ...violation, message: 'The seal does not fit.' }]);
});

t.test('a fault of ours tells the client its request id, and the log the rest', async (t) => {
  const lines: string[] = [];
  const log = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const secret = 'SELECT password FROM profile -- /srv/app.ts';
  const app = await sampleApp(t, (app) => registerThrower(app, () => new Error(secret)), {
    logger: createLogger('info', log),
  });
  const response = await app.inject({ url: '/v1/throw', headers: { 'x-request-id': requestId } });
  t.equal(response.statusCode, 500);
  t.same(Object.keys(response.json()).sort(), ['code', 'detail', 'instance', 'status', 'title', 'type']);
  t.equal(response.json().instance, requestId);
  t.notMatch(response.body, 'SELECT');
  t.notMatch(response.body, '.ts');
  const failure = lines.map((line) => JSON.parse(line)).find(({ err }) => err);
  t.equal(failure.request_id, requestId);
  t.equal(failure.err.message, secret);
  t.match(failure.err.stack, 'problems.test.ts');
});

t.test('what a schema of the answer cannot hold is a fault of ours, not half an answer', async (t) => {
  const app = await sampleApp(t, (app) =>
    operation(app, {
      id: 'getThing',
      method: 'GET',
      path: '/v1/thing',
      tag: 'Things',
      summary: 'Get',
      description: 'A sample.',
      success: { status: 200, description: 'A thing.', schema: Type.Object({ id: Type.String() }) },
      problems: [],
      handler: () => ({}) as { id: string },
    }),
  );
  const response = await app.inject('/v1/thing');
  t.equal(response.statusCode, 500);
  t.equal(response.json().code, 'internal_error');
});

t.test('a problem that an operation does not declare is reported, and answered all the same', async (t) => {
  const reported: string[] = [];
  const report = (id: string, code: string) => void reported.push(`${id} ${code}`);
  const undeclared = await sampleApp(t, (app) => registerThrower(app, () => problem('idempotency_key_reused')), {
    onUndeclaredProblem: report,
  });
  t.equal((await undeclared.inject('/v1/throw')).statusCode, 422);
  t.same(reported, ['throwThing idempotency_key_reused']);
  const declared = await sampleApp(
    t,
    (app) => registerThrower(app, () => problem('idempotency_key_reused'), ['idempotency_key_reused']),
    { onUndeclaredProblem: report },
  );
  await declared.inject('/v1/throw');
  t.equal(reported.length, 1);
});

t.test('missing, foreign and malformed are one answer to the byte, at every depth of the API', async (t) => {
  const app = await sampleApp(t, registerThings);
  const answers = await Promise.all(
    [
      '/v1/things/stm_01jd5p0x7bf3k8s9w2m4n6q8rt',
      '/v1/things/cus_01jd5p0x7bf3k8s9w2m4n6q8rt',
      '/v1/things/%00',
      `/v1/things/${'x'.repeat(100)}`,
      `/v1/things/${'x'.repeat(1_000)}`,
      '/v1/nothing',
      '/v1/things/',
      '/nothing?at=all',
    ].map((url) => app.inject({ url, headers: { 'x-request-id': requestId } })),
  );
  const first = answers[0]!;
  for (const answer of answers) {
    t.equal(answer.statusCode, 404);
    t.equal(answer.body, first.body);
    const { date: _, ratelimit: __, ...headers } = answer.headers;
    const { date: ___, ratelimit: ____, ...expected } = first.headers;
    t.same(headers, expected);
  }
});

t.test('a known path tells which methods it has; an unknown one nothing', async (t) => {
  const app = await sampleApp(t, registerThings);
  const known = await app.inject({ method: 'PUT', url: '/v1/things/anything' });
  t.equal(known.statusCode, 405);
  t.equal(known.headers.allow, 'DELETE, GET, HEAD');
  t.equal(known.json().code, 'method_not_allowed');
  for (const method of ['OPTIONS', 'TRACE'] as const) {
    t.equal((await app.inject({ method: method as 'OPTIONS', url: '/v1/things' })).statusCode, 405, method);
  }
  t.equal((await app.inject({ method: 'PUT', url: '/v1/nothing' })).statusCode, 404);
  const cors = await app.inject({ method: 'OPTIONS', url: '/v1/things', headers: { origin: 'https://evil.example' } });
  t.notOk(
    Object.keys(cors.headers).some((name) => name.startsWith('access-control')),
    'no origin is let in',
  );
});

t.test('a 401 says how to authenticate', async (t) => {
  const app = await sampleApp(t, registerThings);
  const response = await app.inject({ method: 'POST', url: '/v1/secured' });
  t.equal(response.statusCode, 401);
  t.equal(response.headers['www-authenticate'], 'Bearer realm="timbrel", Basic realm="timbrel", charset="UTF-8"');
});

t.test('request ids are taken if well-formed, else made, and stand in every answer', async (t) => {
  const app = await sampleApp(t, registerThings);
  for (const given of ['short', 'x'.repeat(65), 'with space', 'ünïcode-id', '<script>alert</script>']) {
    const { headers } = await app.inject({ url: '/v1/things', headers: { 'x-request-id': given } });
    t.match(headers['x-request-id'], /^[0-9a-f-]{36}$/, given);
  }
  for (const url of ['/v1/things', '/v1/nothing', '/v1/things?x=1']) {
    const response = await app.inject({ url, headers: { 'x-request-id': requestId } });
    t.equal(response.headers['x-request-id'], requestId, url);
  }
});

t.test('every answer has the headers of a careful server', async (t) => {
  const app = await sampleApp(t, registerThings, { settings: { hsts: true } });
  for (const url of ['/v1/things', '/v1/nothing', '/livez', '/%zz']) {
    const { headers } = await app.inject(url);
    t.equal(headers['x-content-type-options'], 'nosniff', url);
    t.equal(headers['cache-control'], 'no-store', url);
    t.match(headers['strict-transport-security'], 'max-age=31536000', url);
    t.match(headers['content-security-policy'], "default-src 'none'", url);
    t.notOk(headers.server ?? headers['x-powered-by'], url);
  }
});

t.test('an address beyond the limit, or badly encoded, is told so', async (t) => {
  const onUndeclaredProblem = () => t.fail('no operation is to declare what it never sees');
  const app = await sampleApp(t, registerThings, { onUndeclaredProblem });
  const long = await app.inject(`/v1/things?name=${'x'.repeat(5_000)}`);
  t.equal(long.statusCode, 414);
  t.equal(long.json().code, 'uri_too_long');
  const encoded = await app.inject({ url: '/v1/%zz', headers: { 'x-request-id': requestId, 'accept-language': 'es' } });
  t.equal(encoded.statusCode, 400);
  t.equal(encoded.json().code, 'malformed_request');
  t.equal(encoded.json().instance, requestId);
  t.equal(encoded.headers['content-language'], 'es');
});

t.test('what is on the wire is what the schema names, whatever the handler returns', async (t) => {
  const schema = Type.Object({
    id: Type.String(),
    owner: Type.Object({ name: Type.String() }),
    items: Type.Array(Type.Object({ at: Type.String() })),
  });
  const row = {
    id: 'a',
    password_hash: 'x',
    owner: { name: 'Ana', sealed_key: 'y' },
    items: [{ at: 'now', customer_id: 'z' }],
  };
  const app = await sampleApp(t, (app) =>
    operation(app, {
      id: 'getRow',
      method: 'GET',
      path: '/v1/row',
      tag: 'Things',
      summary: 'Get',
      description: 'A sample.',
      success: { status: 200, description: 'A row.', schema },
      problems: [],
      handler: () => row,
    }),
  );
  t.same((await app.inject('/v1/row')).json(), { id: 'a', owner: { name: 'Ana' }, items: [{ at: 'now' }] });
});

t.test('an operation that the table of authorisation does not know does not start', async (t) => {
  await t.rejects(
    sampleApp(t, (app) => registerThrower(app, () => new Error()), { accessPolicy: { policyFor: () => null } }),
    /no row for the operation/,
  );
});

t.test('a body over the limit is refused, unless the operation allows it', async (t) => {
  const app = await sampleApp(t, (app) => {
    for (const [id, bodyLimit] of Object.entries({ plain: undefined, roomy: 3_000_000 })) {
      operation(app, {
        id,
        method: 'POST',
        path: `/v1/${id}`,
        tag: 'Things',
        summary: 'Take',
        description: 'A sample.',
        idempotency: 'none',
        body: closed({ text: text({ maxLength: 5_000_000, description: 'Text.' }) }),
        success: { status: 204, description: 'Taken.' },
        problems: [],
        ...(bodyLimit !== undefined && { bodyLimit }),
        handler: async () => {},
      });
    }
  });
  const payload = { text: 'x'.repeat(2_000_000) };
  const plain = await app.inject({ method: 'POST', url: '/v1/plain', payload });
  t.equal(plain.statusCode, 413);
  t.match(plain.json().detail, '1048576 bytes');
  t.equal((await app.inject({ method: 'POST', url: '/v1/roomy', payload })).statusCode, 204);
});
