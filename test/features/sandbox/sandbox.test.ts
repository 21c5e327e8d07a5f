import { createPrivateKey, X509Certificate } from 'node:crypto';
import t from 'tap';
import { isKeyPair, parseCertificate } from '../../../src/core/certificates/index.js';
import { testApp } from '../../support/app.js';

const app = await testApp(t);
const staff = await app.staff();
const customer = await app.customer(staff);
const ask = (body: object, as = customer.as) => app.call('POST', '/v1/sandbox/certificates', { as, body });

t.test('a CSD for any RFC, with a key that its password opens', async (t) => {
  for (const rfc of ['EKU9003173C9', 'OÑO120726RX3', 'S&S051221SE2', 'CACX7605101P8']) {
    const { status, body } = await ask({ rfc, legal_name: 'MUÑOZ & CÍA' });
    t.equal(status, 201, rfc);
    const certificate = parseCertificate(Buffer.from(body.certificate, 'base64'));
    t.match(certificate, { rfc, legalName: 'MUÑOZ & CÍA', use: 'csd', number: body.certificate_number }, rfc);
    const key = { key: Buffer.from(body.private_key, 'base64'), format: 'der', type: 'pkcs8' } as const;
    t.ok(isKeyPair(certificate, createPrivateKey({ ...key, passphrase: body.password })), rfc);
    t.throws(() => createPrivateKey({ ...key, passphrase: `${body.password}x` }));
  }
});

t.test('the authority that it names issued it, and its certifier', async (t) => {
  const { status, body } = await app.call('GET', '/v1/sandbox/authority');
  t.equal(status, 200);
  const authority = new X509Certificate(body.authority_certificate);
  const certifier = new X509Certificate(body.certifier_certificate);
  const csd = new X509Certificate(
    Buffer.from((await ask({ rfc: 'EKU9003173C9', legal_name: 'X' })).body.certificate, 'base64'),
  );
  for (const issued of [certifier, csd]) t.ok(issued.checkIssued(authority) && issued.verify(authority.publicKey));
  t.match(body, { certifier_rfc: 'TIM010101AB1', legend: /sin validez fiscal/, certifier_certificate_number: /^3000/ });
});

t.test('more at once than there is room for are asked to come back', async (t) => {
  const answers = await Promise.all(Array.from({ length: 24 }, () => ask({ rfc: 'EKU9003173C9', legal_name: 'X' })));
  const refused = answers.filter(({ status }) => status === 503);
  t.equal(answers.length - refused.length, 21, 'one at work and twenty waiting');
  t.ok(refused.every(({ headers, body }) => headers['retry-after'] === '2' && body.code === 'service_unavailable'));
});

t.test('strangers and bad data are refused', async (t) => {
  t.equal((await app.call('POST', '/v1/sandbox/certificates', { body: {} })).status, 401);
  const { status, body } = await ask({ rfc: 'nope', legal_name: 'X', more: 1 });
  t.equal(status, 400);
  t.same([...new Set(body.errors.map(({ pointer }: { pointer: string }) => pointer))].sort(), [
    '/body/more',
    '/body/rfc',
  ]);
});
