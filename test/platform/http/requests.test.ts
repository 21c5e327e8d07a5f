/** Requests are closed and never coerced; what is wrong is named by a JSON pointer, in the caller's language. */
import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { registerThings, sampleApp, thing } from './sample-app.js';

const app = await sampleApp(t, registerThings, {
  settings: { rates: { ...rate(1e9) } },
});

function rate(max: number) {
  const every = { max, windowSeconds: 60 };
  return { anonymous: every, standard: every, stamping: every };
}

async function send(options: InjectOptions) {
  const response = await app.inject(options);
  return { status: response.statusCode, body: response.json(), headers: response.headers };
}

const post = (payload: unknown, headers: Record<string, string> = {}) =>
  send({
    method: 'POST',
    url: '/v1/things',
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  });

const pointers = (body: { errors: Array<{ pointer: string }> }) => body.errors.map(({ pointer }) => pointer).sort();

t.test('a body that fits arrives as it was sent', async (t) => {
  const body = { ...thing, note: 'a', count: 5, flag: true, parts: [{ name: 'x', count: 0 }] };
  const answer = await post(body);
  t.equal(answer.status, 201);
  t.same(answer.body.got, body);
});

t.test('nothing in a body is converted, and every wrong place is named', async (t) => {
  const cases: Array<[unknown, string[]]> = [
    [{ ...thing, count: '5' }, ['/body/count']],
    [{ ...thing, count: null }, ['/body/count']],
    [{ ...thing, count: 5.5 }, ['/body/count']],
    [{ ...thing, count: 0 }, ['/body/count']],
    [{ ...thing, flag: 'true' }, ['/body/flag']],
    [{ ...thing, flag: 1 }, ['/body/flag']],
    [{ ...thing, note: 5 }, ['/body/note']],
    [{ ...thing, color: 'green' }, ['/body/color']],
    [{ ...thing, rfc: 'abc' }, ['/body/rfc']],
    [{ ...thing, rfc: 'ABC', rfc2: 'ABC' }, ['/body/rfc2']],
    [{ rfc: 'ABC', color: 'red' }, ['/body/note']],
    [{ ...thing, 'a/b~c': 1 }, ['/body/a~1b~0c']],
    [{ ...thing, parts: [{ name: 'x', count: 1, more: 2 }] }, ['/body/parts/0/more']],
    [{ ...thing, parts: [1, 2, 3] }, ['/body/parts', '/body/parts/0', '/body/parts/1', '/body/parts/2']],
    [[], ['/body']],
    ['null', ['/body']],
    ['5', ['/body']],
  ];
  for (const [body, expected] of cases) {
    const answer = await post(body);
    t.equal(answer.status, 400, JSON.stringify(body));
    t.equal(answer.body.code, 'invalid_request');
    t.same(pointers(answer.body), expected, JSON.stringify(body));
  }
});

t.test('a missing body is named as such', async (t) => {
  const answer = await send({ method: 'POST', url: '/v1/things' });
  t.equal(answer.status, 400);
  t.same(pointers(answer.body), ['/body']);
});

t.test('the messages are in English or Spanish', async (t) => {
  const english = await post({ ...thing, count: 0 });
  t.same(english.body.errors, [{ pointer: '/body/count', message: 'must be 1 or more' }]);
  t.equal(english.headers['content-language'], 'en');
  const spanish = await post({ ...thing, count: 0 }, { 'accept-language': 'es-MX, en;q=0.5' });
  t.same(spanish.body.errors, [{ pointer: '/body/count', message: 'debe ser 1 o más' }]);
  t.equal(spanish.body.title, 'La solicitud no es válida');
  t.equal(spanish.headers['content-language'], 'es');
});

t.test('JSON that parsers read in different ways is refused', async (t) => {
  const cases = [
    '{"rfc":"ABC","rfc":"ABD","color":"red","note":null}',
    '{"rfc":"ABC","r\\u0066c":"ABD","color":"red","note":null}',
    '{"rfc":"ABC","color":"red","note":null',
    "{'rfc':'ABC'}",
    `${'['.repeat(40)}${']'.repeat(40)}`,
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  ];
  for (const body of cases) {
    const answer = await post(body);
    t.equal(answer.status, 400, String(body));
    t.equal(answer.body.code, 'malformed_body', String(body));
  }
  const spanish = await post('{"a":1,"a":2}', { 'accept-language': 'es' });
  t.match(spanish.body.detail, 'aparece dos veces');
});

t.test('names that JavaScript treats specially are unknown fields like any other', async (t) => {
  for (const name of ['__proto__', 'constructor', 'prototype', 'toString']) {
    const answer = await post(`{"rfc":"ABC","color":"red","note":null,"${name}":{"flag":true}}`);
    t.equal(answer.status, 400, name);
    t.same(pointers(answer.body), [`/body/${name}`]);
  }
  t.equal(({} as { flag?: boolean }).flag, undefined, 'nothing was polluted');
});

t.test('U+0000 and half surrogate pairs are named, and an escaped backslash is not mistaken for them', async (t) => {
  for (const escaped of ['\\u0000', '\\ud800', '\\udc00x']) {
    const answer = await post(`{"rfc":"ABC","color":"red","note":"${escaped}"}`);
    t.equal(answer.status, 400);
    t.same(pointers(answer.body), ['/body/note']);
  }
  const inName = await post('{"rfc":"ABC","color":"red","note":null,"a\\u0000":1}');
  t.equal(inName.status, 400);
  t.equal((await post('{"rfc":"ABC","color":"red","note":"\\\\u00"}')).status, 201);
  t.equal((await post('{"rfc":"ABC","color":"red","note":"\\ud83d\\ude00"}')).status, 201);
});

t.test('the list of faults is bounded', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`field_${at}`, at]));
  const answer = await post({ ...thing, ...many });
  t.equal(answer.status, 400);
  t.ok(answer.body.errors.length <= 50, `${answer.body.errors.length} faults`);
});

const list = (query: string) => send({ method: 'GET', url: `/v1/things${query}` });

t.test('query values are read exactly', async (t) => {
  t.same((await list('')).body.got, { limit: 20 });
  t.same((await list('?limit=7&flag=false&name=05')).body.got, { limit: 7, flag: false, name: '05' });
  for (const limit of ['0', '101', '05', '+5', '5.0', '1e1', '%205', '5%20', '', '-1', '0x5', '99999999999999999999']) {
    const answer = await list(`?limit=${limit}`);
    t.equal(answer.status, 400, limit);
    t.same(pointers(answer.body), ['/query/limit'], limit);
  }
  for (const flag of ['1', 'yes', 'TRUE', '']) t.equal((await list(`?flag=${flag}`)).status, 400, flag);
});

t.test('unknown, repeated and unstorable query parameters are refused', async (t) => {
  t.same(pointers((await list('?colour=red')).body), ['/query/colour']);
  t.same(pointers((await list('?limit=1&limit=2')).body), ['/query/limit']);
  t.same(pointers((await list('?__proto__=1&constructor=2')).body), ['/query/__proto__', '/query/constructor']);
  t.same(pointers((await list('?name=a%00b')).body), ['/query/name']);
  t.same(pointers((await list('?color[]=red')).body), ['/query/color[]']);
});

t.test('an operation without query or body takes none', async (t) => {
  t.equal((await send({ method: 'GET', url: '/v1/things/stm_1?expand=all' })).status, 400);
  const removed = await send({ method: 'DELETE', url: '/v1/things/stm_1', payload: { force: true } });
  t.equal(removed.status, 400);
  t.same(pointers(removed.body), ['/body']);
  const empty = await app.inject({
    method: 'DELETE',
    url: '/v1/things/stm_1',
    headers: { 'content-type': 'application/json' },
  });
  t.equal(empty.statusCode, 204, 'a content type without content does no harm');
});

t.test('content types are exact, and the refusal names those that are accepted', async (t) => {
  const types = [
    'text/plain',
    'application/jsonx',
    'application/json; charset=latin1',
    'multipart/form-data; boundary=x',
  ];
  for (const type of types) {
    const answer = await post(JSON.stringify(thing), { 'content-type': type });
    t.equal(answer.status, 415, type);
    t.match(answer.body.detail, 'application/json', type);
  }
  t.equal((await post(thing, { 'content-encoding': 'gzip' })).status, 415);
  for (const type of ['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON']) {
    t.equal((await post(thing, { 'content-type': type })).status, 201, type);
  }
  const none = await app.inject({ method: 'POST', url: '/v1/things', payload: Buffer.from('{}'), headers: {} });
  t.equal(none.statusCode, 415, 'content without a type');
});

t.test('an operation may take XML as bytes, and a form, beside JSON', async (t) => {
  const read = (type: string, payload: string | Buffer) =>
    send({ method: 'POST', url: '/v1/documents', headers: { 'content-type': type }, payload });
  const xml = Buffer.from([0xef, 0xbb, 0xbf, 0x3c, 0x61, 0x2f, 0x3e, 0x00]);
  for (const type of ['application/xml', 'text/xml; charset=iso-8859-1']) {
    t.equal((await read(type, xml)).body.got, xml.toString('hex'), `${type}: byte for byte`);
  }
  t.equal((await read('application/json', '{"text":"a"}')).body.got, 'a');
  t.equal((await read('application/x-www-form-urlencoded', 'text=a+b')).body.got, 'a b');
  t.same(pointers((await read('application/x-www-form-urlencoded', 'text=a&text=b')).body), ['/body/text']);
  t.same(pointers((await read('application/x-www-form-urlencoded', 'text=a&more=b')).body), ['/body/more']);
  const wrong = await read('text/plain', 'a');
  t.match(wrong.body.detail, 'application/json, application/x-www-form-urlencoded, application/xml, text/xml');
  t.equal((await post('<a/>', { 'content-type': 'application/xml' })).status, 415, 'but only there');
});

t.test('idempotency keys are checked for their form, and only taken where they mean something', async (t) => {
  const keyed = (key: string) => post(thing, { 'idempotency-key': key });
  for (const key of ['', ' ', 'a b', 'á', 'x'.repeat(256), 'a, b']) {
    t.equal((await keyed(key)).body.code, 'invalid_idempotency_key', key.slice(0, 20));
  }
  t.equal((await keyed('x'.repeat(255))).status, 201);
  const none = await send({
    method: 'DELETE',
    url: '/v1/things/stm_1',
    headers: { 'idempotency-key': 'a' },
  });
  t.equal(none.body.code, 'idempotency_key_not_accepted');
  const required = await send({
    method: 'POST',
    url: '/v1/secured',
    headers: { authorization: 'Bearer ana', 'content-type': 'application/json' },
    payload: JSON.stringify(thing),
  });
  t.equal(required.body.code, 'idempotency_key_required');
});

t.test('whoever is not let in learns nothing about their body, which is not even read', async (t) => {
  const answer = await send({
    method: 'POST',
    url: '/v1/secured',
    headers: { 'content-type': 'text/plain', 'content-length': '1000000000' },
  });
  t.equal(answer.status, 401);
});

t.test('no body makes the server fail', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.jsonValue().map((value) => JSON.stringify({ ...thing, parts: value })),
      ),
      async (body) => {
        const { status } = await post(body);
        return status === 400 || status === 201;
      },
    ),
    { numRuns: 300 },
  );
  t.pass();
});
