import { randomBytes, X509Certificate } from 'node:crypto';
import t from 'tap';
import { localTime } from '../../../src/core/cfdi/index.js';
import { newId, toPublicId } from '../../../src/platform/ids.js';
import { makeAuthority, makeLeaf, rsaKeys } from '../../support/authority.js';
import { certificateNumber } from '../../support/cfdi.js';
import { checkConservation } from '../../support/conservation.js';
import { newCsd, StampingApp } from '../../support/stamping-app.js';

const app = await StampingApp.open(t);
const { timbrel, customer } = app;
checkConservation(t, timbrel.database);

/** What a refusal must leave untouched. */
async function stored() {
  const { prisma } = timbrel.database;
  return [
    await app.balance(),
    await prisma.stamp.count(),
    await prisma.stampDocument.count(),
    await prisma.idempotencyRecord.count(),
  ];
}

/** SAT's codes of a refusal, sorted. */
const codes = ({ body }: { body: { violations: { code: string }[] } }) =>
  body.violations.map(({ code }) => code).sort();

t.test('what is no good document is a 422 with codes and places, and changes nothing', async (t) => {
  const good = app.cfdi().toString();
  const doctype = '<!DOCTYPE a [<!ENTITY b "c">]>';
  const bombed = good.replace('?>', `?>${doctype}`);
  const cases: Record<string, [Buffer, string[]]> = {
    'not XML': [Buffer.from('hello'), ['301']],
    empty: [Buffer.from(' '), ['301']],
    truncated: [Buffer.from(good.slice(0, good.length / 2)), ['301']],
    'with a DTD': [Buffer.from(bombed), ['301']],
    'in UTF-16': [Buffer.from(good, 'utf16le'), ['301']],
    'in invalid UTF-8': [
      Buffer.concat([Buffer.from(good.slice(0, 200)), Buffer.from([0xff, 0xfe]), Buffer.from(good.slice(200))]),
      ['301'],
    ],
    'another kind of XML': [Buffer.from('<a xmlns="urn:b"/>'), ['301']],
    'with an unknown complement': [Buffer.from(withComplement(good)), ['301']],
    'with two faults': [
      Buffer.from(good.replace(' Moneda="MXN"', '').replace('Exportacion="01"', 'Exportacion="x y"')),
      ['301', '301'],
    ],
    'in a currency that does not exist': [app.cfdi({ attributes: { Moneda: 'PESOS' } }), ['CFDI40113']],
    'of a kind that does not exist': [app.cfdi({ attributes: { TipoDeComprobante: 'Z' } }), ['CFDI40121']],
    'changed after sealing': [Buffer.from(good.replace('Total="1160.00"', 'Total="1160.01"')), ['CFDI40102']],
  };
  for (const [name, [xml, expected]] of Object.entries(cases)) {
    const before = await stored();
    const answer = await app.stamp(xml, { key: `bad ${name}`.replaceAll(' ', '-') });
    t.equal(answer.status, 422, name);
    t.equal(answer.body.code, 'invalid_cfdi', name);
    t.same(codes(answer), expected, name);
    for (const violation of answer.body.violations) t.match(violation, { path: /^\//, message: /\w/ }, name);
    t.same(await stored(), before, name);
  }
});

t.test('violations tell what was expected and found, in the language of the caller', async (t) => {
  const xml = Buffer.from(app.cfdi().toString().replace('Total="1160.00"', 'Total="1160.01"'));
  const { body } = await app.stamp(xml, { headers: { 'accept-language': 'es-MX,es;q=0.9' } });
  const [violation] = body.violations;
  t.match(violation, { code: 'CFDI40102', legacy_code: '302', path: '/cfdi:Comprobante/@Sello', message: /sello/i });
  t.match(violation, { expected: /^[0-9a-f]{64}$/, actual: /^[0-9a-f]{64}$/ });
  t.not(violation.expected, violation.actual);
  t.match(body.title, /documento/);
});

t.test('dates are judged in the time zone of the place of issue', async (t) => {
  const at = (hours: number, zone: 'America/Mexico_City' | 'America/Cancun' | 'America/Hermosillo') =>
    localTime(new Date(timbrel.clock.now().getTime() + hours * 3_600_000), zone);
  const cases: [string, string, string, string[]][] = [
    ['71 h ago', at(-71, 'America/Mexico_City'), '06000', []],
    ['73 h ago', at(-73, 'America/Mexico_City'), '06000', ['401']],
    ['an hour ahead', at(1, 'America/Mexico_City'), '06000', ['401']],
    ["an hour ahead of Mexico City's clock, in Cancún", at(0, 'America/Cancun'), '77500', []],
    ["Mexico City's clock in Sonora, an hour ahead there", at(0, 'America/Mexico_City'), '83000', ['401']],
    ['in 2011', '2011-12-31T23:59:59', '06000', ['305', '308', '403']],
  ];
  for (const [name, fecha, lugarExpedicion, expected] of cases) {
    const answer = await app.stamp(app.cfdi({ fecha, lugarExpedicion }));
    t.same(answer.status === 201 ? [] : codes(answer), expected, name);
  }
});

t.test("the issuer's certificate must be good, trusted and the issuer's own", async (t) => {
  const foreign = await newCsd(timbrel, customer, 'XIA190128J61');
  const keys = rsaKeys();
  const stranger = new X509Certificate(await makeLeaf(await makeAuthority('AC Desconocida'), { keys }));
  const cases: [string, Buffer, string[]][] = [
    ['of another RFC', app.cfdi({ ...foreign, rfc: 'EKU9003173C9' }), ['303']],
    ['of an unknown authority', app.cfdi({ certificate: stranger, privateKey: keys.privateKey }), ['308']],
    ['with another number', app.cfdi({ attributes: { NoCertificado: '30001000000500003416' } }), ['CFDI40106']],
    ['that is none', app.cfdi({ attributes: { Certificado: 'AAAA' } }), ['CFDI40106']],
    ['whose key did not seal', app.cfdi({ privateKey: foreign.privateKey }), ['CFDI40102']],
  ];
  for (const [name, xml, expected] of cases) {
    const before = await stored();
    const answer = await app.stamp(xml);
    t.equal(answer.status, 422, name);
    t.same(codes(answer), expected, name);
    t.same(await stored(), before, name);
  }
});

t.test("a certificate of one's own making tells nobody what was stamped", async (t) => {
  const keys = rsaKeys();
  const der = await makeLeaf(await makeAuthority('AC Propia'), { keys });
  const forged = { certificate: new X509Certificate(der), privateKey: keys.privateKey };
  const folio = 'guessed';
  const NoCertificado = certificateNumber(app.csd.certificate);
  t.equal((await app.stamp(app.cfdi({ folio }))).status, 201);
  const guess = app.cfdi({ ...forged, folio, attributes: { NoCertificado } });
  const stranger = await timbrel.customer(app.staff);
  for (const as of [customer.as, stranger.as]) {
    const answer = await app.stamp(guess, { as });
    t.equal(answer.status, 422);
    t.same(codes(answer), ['308', 'CFDI40106']);
    const tried = await app.send('/v1/stamp-validations', guess, { as });
    t.match(tried.body, { would_stamp: false, earlier_stamp_id: null });
  }
});

t.test('a document that carries a foreign TFD is a prior stamp (307)', async (t) => {
  const stamped = (await app.stamp(app.cfdi())).body;
  const complemento = stamped.tfd.replaceAll(stamped.uuid, '6f35d3b5-3651-4370-bc2c-14cdbe384cd7');
  const answer = await app.stamp(app.cfdi({ complemento }));
  t.equal(answer.status, 422);
  t.same(codes(answer), ['307']);
});

t.test('what the envelope gets wrong is a clear 4xx', async (t) => {
  const { as } = customer;
  const post = (payload: string | Buffer, type: string, headers = {}) =>
    timbrel.call('POST', '/v1/stamps', { as, body: payload, headers: { 'content-type': type, ...headers } });
  const json = (value: unknown) => post(JSON.stringify(value), 'application/json');
  const xml = app.cfdi().toString();
  const cases: [
    string,
    Promise<{ status: number; body: { code: string; errors?: { pointer: string }[] } }>,
    number,
    string,
    string?,
  ][] = [
    ['a wrong content type', post(xml, 'text/csv'), 415, 'unsupported_media_type'],
    [
      'a body of 10 MB',
      post(randomBytes(10_000_000).toString('base64').slice(0, 10_000_000), 'application/xml'),
      413,
      'payload_too_large',
    ],
    ['half a JSON', post('{"xml": "', 'application/json'), 400, 'malformed_body'],
    ['an unknown field', json({ xml, foo: 1 }), 400, 'invalid_request', '/body/foo'],
    ['a wrong type', json({ xml: 5 }), 400, 'invalid_request', '/body/xml'],
    ['null', json({ xml: null }), 400, 'invalid_request', '/body/xml'],
    ['no document', json({}), 400, 'invalid_request', '/body/xml'],
    ['what is no base64', json({ xml: 'a*b', encoding: 'base64' }), 400, 'invalid_request', '/body/xml'],
    [
      'a million line ends that are no base64 in the end', // quadratic time would be half an hour of everybody's
      json({ xml: `${'\n'.repeat(1_000_000)}*`, encoding: 'base64' }),
      400,
      'invalid_request',
      '/body/xml',
    ],
    ['half a surrogate pair', post('{"xml":"\\ud800"}', 'application/json'), 400, 'invalid_request', '/body/xml'],
    ['U+0000', post('{"xml":"a\\u0000"}', 'application/json'), 400, 'invalid_request', '/body/xml'],
    ['a key with a space', app.stamp(app.cfdi(), { key: 'a b' }), 400, 'invalid_idempotency_key'],
    ['a key of 256 characters', app.stamp(app.cfdi(), { key: 'k'.repeat(256) }), 400, 'invalid_idempotency_key'],
  ];
  const before = await stored();
  for (const [name, sent, status, code, pointer] of cases) {
    const answer = await sent;
    t.match([answer.status, answer.body.code], [status, code], name);
    if (pointer)
      t.ok(
        answer.body.errors?.some((error) => error.pointer === pointer),
        `${name} is pointed at`,
      );
  }
  t.same(await stored(), before);
});

t.test('an instant that nobody can tell is a 400 of the list', async (t) => {
  for (const name of ['created_from', 'created_before'])
    for (const instant of ['2026-06-30T23:59:60Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59-01:00']) {
      const answer = await timbrel.call('GET', `/v1/stamps?${name}=${instant}`, { as: customer.as });
      t.match([answer.status, answer.body.errors?.[0].pointer], [400, `/query/${name}`], instant);
    }
  const telling = '/v1/stamps?created_from=0001-01-01T00:00:00Z&created_before=9999-12-31T23:59:59Z';
  t.equal((await timbrel.call('GET', telling, { as: customer.as })).status, 200);
});

t.test('who may not stamp is told so before anything is looked at', async (t) => {
  const { staff } = app;
  const xml = app.cfdi();
  const stranger = { account: toPublicId('sta', newId()), secret: customer.as.secret };
  const wrong = { account: customer.account, secret: `${customer.as.secret.slice(0, -1)}0` };
  for (const as of [stranger, wrong, { bearer: 'a.b.c' }]) {
    const answer = await app.stamp(xml, { as });
    t.match([answer.status, answer.body.code], [401, 'authentication_required']);
  }
  const person = await app.stamp(xml, { as: staff.as });
  t.match([person.status, person.body.code], [403, 'forbidden'], 'a person has no account to charge');
  t.match(await app.stamp(xml, { as: customer.as }), { status: 201 });
});

t.test('an issuer that is not enabled on the account cannot be stamped for', async (t) => {
  const csd = await newCsd(timbrel, customer, 'XIA190128J61');
  const before = await stored();
  const answer = await app.stamp(app.cfdi(csd), { key: 'not-enabled' });
  t.match([answer.status, answer.body.code], [403, 'emitter_not_enabled']);
  t.match(answer.body.detail, 'XIA190128J61');
  t.same(await stored(), before);
});

t.test('an account of production finds nobody to stamp yet', async (t) => {
  const production = await timbrel.customer(app.staff, undefined, { environment: 'production' });
  await timbrel.emitter(app.staff, production);
  await app.grant(1, production);
  const answer = await app.stamp(app.cfdi(), { as: production.as });
  t.match([answer.status, answer.body.code], [422, 'invalid_cfdi'], 'production does not trust the sandbox');
  t.same(codes(answer), ['308']);
});

function withComplement(text: string): string {
  return text.replace(
    '</cfdi:Comprobante>',
    '<cfdi:Complemento><x:Raro xmlns:x="urn:raro"/></cfdi:Complemento></cfdi:Comprobante>',
  );
}
