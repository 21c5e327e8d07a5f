import { verify, X509Certificate } from 'node:crypto';
import t from 'tap';
import { readDocument, tfdOriginalString } from '../../../src/core/cfdi/index.js';
import { MAX_ELEMENTS } from '../../../src/core/cfdi/xml.js';
import { checkConservation } from '../../support/conservation.js';
import { newCsd, StampingApp } from '../../support/stamping-app.js';

const app = await StampingApp.open(t);
checkConservation(t, app.timbrel.database);

t.test('a sealed document gets its TFD, and every other byte stays as sent', async (t) => {
  const xml = app.cfdi({ addenda: '<pedido numero="Ñ &amp; 7"/>' });
  const [before] = await app.balance();
  const { status, body, headers } = await app.stamp(xml, { key: 'first' });

  t.equal(status, 201);
  t.equal(headers.location, `/v1/stamps/${body.id}`);
  t.match(body, { replayed: false, identical: true, environment: 'sandbox', available_stamps: before - 1 });
  t.match(body, { issuer_rfc: 'EKU9003173C9', idempotency_key: 'first', certifier: 'sandbox', total: '1160.00' });
  t.equal(body.xml.replace(`<cfdi:Complemento>${body.tfd}</cfdi:Complemento>`, ''), xml.toString());

  const read = readDocument(Buffer.from(body.xml));
  if (!read.ok || read.document.tfd === null) throw new Error('the stamped document is no CFDI with a TFD');
  const { tfd } = read.document;
  t.equal(tfd.uuid, body.uuid);
  t.equal(tfd.fechaTimbrado, body.fiscal_stamped_at);
  t.equal(tfd.selloCfd, read.document.summary.sello);
  const authority = await app.timbrel.call('GET', '/v1/sandbox/authority');
  const { publicKey } = new X509Certificate(authority.body.certifier_certificate);
  t.ok(verify('sha256', Buffer.from(tfdOriginalString(tfd)), publicKey, Buffer.from(tfd.selloSat, 'base64')));
});

t.test('a document may come as JSON, as text or base64', async (t) => {
  for (const encoding of ['text', 'base64'] as const) {
    const xml = app.cfdi();
    const body = { xml: xml.toString(encoding === 'text' ? 'utf8' : 'base64'), encoding };
    const answer = await app.timbrel.call('POST', '/v1/stamps', { as: app.customer.as, body });
    t.equal(answer.status, 201, encoding);
    t.ok(answer.body.xml.startsWith('<?xml'));
    t.equal((await app.stamp(xml)).body.id, answer.body.id, 'the same bytes whichever way they came');
  }
});

t.test('a BOM, CRLF line ends and an empty Complemento stay as sent', async (t) => {
  const crlf = app.cfdi({ complemento: '', edit: (text) => text.replaceAll('\n', '\r\n') });
  const xml = Buffer.concat([Buffer.from('\uFEFF'), crlf]);
  const { status, body } = await app.stamp(xml);
  t.equal(status, 201);
  t.equal(body.xml.replace(`>${body.tfd}</cfdi:Complemento>`, '/>'), xml.toString());
  const fetched = await app.timbrel.app.inject({
    url: `/v1/stamps/${body.id}/xml`,
    headers: { authorization: basic(app.customer.as) },
  });
  t.same(fetched.rawPayload, Buffer.from(body.xml));
});

t.test('the same document again brings the earlier stamp and costs nothing', async (t) => {
  const xml = app.cfdi();
  const first = await app.stamp(xml, { key: 'again' });
  const balance = await app.balance();
  const sendings = { 'same key': { key: 'again' }, 'no key': {}, 'another key': { key: 'again-2' } };
  for (const [how, sending] of Object.entries(sendings)) {
    const { status, body, headers } = await app.stamp(xml, sending);
    t.equal(status, 201, how);
    t.equal(headers['idempotent-replayed'], 'true', how);
    t.same(body, { ...first.body, replayed: true }, how);
  }
  t.same(await app.balance(), balance);
});

t.test('in parallel too: one stamp, one charge', async (t) => {
  const xml = app.cfdi();
  const [available, consumed] = await app.balance();
  const keys = Array.from({ length: 32 }, (_, i) => (i % 2 ? { key: `parallel-${i}` } : {}));
  const answers = await Promise.all(keys.map((sending) => app.stamp(xml, sending)));
  t.ok(answers.every(({ status }) => status === 201));
  t.equal(new Set(answers.map(({ body }) => body.uuid)).size, 1);
  t.equal(answers.filter(({ body }) => !body.replayed).length, 1);
  t.same(await app.balance(), [available - 1, consumed + 1]);
});

t.test('bytes that differ outside of what is sealed are the same document, and said not to be identical', async (t) => {
  const folio = 'addenda-1';
  const first = await app.stamp(app.cfdi({ folio }));
  const { status, body } = await app.stamp(app.cfdi({ folio, addenda: '<nota/>' }));
  t.equal(status, 201);
  t.match(body, { id: first.body.id, replayed: true, identical: false, xml: first.body.xml });
});

t.test('the stamped document, sent back to be stamped, brings its stamp', async (t) => {
  const first = await app.stamp(app.cfdi());
  const { status, body } = await app.stamp(Buffer.from(first.body.xml));
  t.equal(status, 201);
  t.match(body, { id: first.body.id, replayed: true, identical: false });
});

t.test('the same original string with other attributes is refused', async (t) => {
  t.equal((await app.stamp(app.cfdi({ serie: 'X1', folio: null }))).status, 201);
  const balance = await app.balance();
  const { status, body } = await app.stamp(app.cfdi({ serie: null, folio: 'X1' }));
  t.equal(status, 409);
  t.equal(body.code, 'same_seal_other_document');
  t.same(await app.balance(), balance);
});

t.test('a document as large as may be still tells its original strings when its TFD is in it', async (t) => {
  const others = app
    .cfdi({ addenda: ' ' })
    .toString()
    .match(/<[a-z]/g)!.length;
  const xml = app.cfdi({ addenda: '<a/>'.repeat(MAX_ELEMENTS - others) });
  const { status, body } = await app.stamp(xml);
  t.equal(status, 201);
  const strings = await app.timbrel.call('GET', `/v1/stamps/${body.id}/original-string`, { as: app.customer.as });
  t.equal(strings.status, 200);
  t.ok(strings.body.document.startsWith('||4.0|A|'));
  t.ok(strings.body.tfd.startsWith(`||1.1|${body.uuid}|`));
});

t.test('a key that belongs to another document is refused', async (t) => {
  t.equal((await app.stamp(app.cfdi(), { key: 'taken' })).status, 201);
  const balance = await app.balance();
  const { status, body } = await app.stamp(app.cfdi(), { key: 'taken' });
  t.equal(status, 422);
  t.equal(body.code, 'idempotency_key_reused');
  t.same(await app.balance(), balance);
});

t.test("another customer's document is a prior stamp (307), without data", async (t) => {
  const { timbrel, staff } = app;
  const other = await timbrel.customer(staff);
  await timbrel.emitter(staff, other);
  await app.grant(5, other);
  const xml = app.cfdi();
  const first = await app.stamp(xml);
  t.equal(first.status, 201);
  const { status, body, text } = await app.stamp(xml, { as: other.as });
  t.equal(status, 409);
  t.equal(body.code, 'stamped_elsewhere');
  t.notOk(text.includes(first.body.uuid) || text.includes(first.body.id), 'nothing of the other customer');
  t.same(await app.balance(other), [5, 0]);
});

t.test('a stamp is handed out after 73 hours, a block and an empty balance; nothing new is given', async (t) => {
  const own = await StampingApp.open(t);
  const { timbrel, staff } = own;
  const customer = await timbrel.customer(staff, undefined, { rfc: 'XIA190128J61' });
  await timbrel.emitter(staff, customer, { rfc: 'XIA190128J61' });
  await own.grant(1, customer);
  const { as, account } = customer;
  const csd = await newCsd(timbrel, customer, 'XIA190128J61');
  const [xml, next] = [own.cfdi(csd), own.cfdi(csd)];
  const first = await own.stamp(xml, { as, key: 'only' });
  t.equal(first.status, 201);

  const empty = await own.stamp(next, { as, key: 'next' });
  t.match([empty.status, empty.body.code], [402, 'insufficient_stamps']);
  await timbrel.call('PUT', `/v1/stamping-accounts/${account}/block`, { as: staff.as, body: { reason: 'unpaid' } });
  const blocked = await own.stamp(next, { as, key: 'next' });
  t.match([blocked.status, blocked.body.code], [403, 'account_blocked']);

  timbrel.clock.advance(73 * 3_600_000);
  t.same((await own.stamp(xml, { as, key: 'only' })).body, { ...first.body, replayed: true });
  const late = await own.stamp(next, { as });
  t.match([late.status, late.body.violations[0].code], [422, '401']);
  t.same(await own.balance(customer), [0, 1]);
});

t.test('a refusal that the caller can cure is not remembered', async (t) => {
  const { timbrel, staff } = app;
  const customer = await timbrel.customer(staff);
  const emitter = await timbrel.emitter(staff, customer);
  const { as } = customer;
  const xml = app.cfdi();
  const send = () => app.stamp(xml, { as, key: 'patient' });
  t.equal((await send()).body.code, 'insufficient_stamps');
  await app.grant(1, customer);
  await timbrel.call('PUT', `/v1/emitters/${emitter}/suspension`, { as: staff.as });
  t.equal((await send()).body.code, 'emitter_suspended');
  await timbrel.call('DELETE', `/v1/emitters/${emitter}/suspension`, { as: staff.as });
  t.match(await send(), { status: 201, body: { replayed: false } });
});

function basic({ account, secret }: { account: string; secret: string }): string {
  return `Basic ${Buffer.from(`${account}:${secret}`).toString('base64')}`;
}
