import { execFileSync } from 'node:child_process';
import { randomBytes, verify } from 'node:crypto';
import t from 'tap';
import { SandboxCertifier, sandboxLegend, sandboxProviderRfc } from '../../../src/core/certifiers/index.js';
import { tfdOriginalString, tfdXml } from '../../../src/core/cfdi/index.js';
import { FixedClock } from '../../../src/platform/clock.js';
import { rsaKeys } from '../../support/authority.js';
import { satReference, withoutReference } from '../../support/sat-reference.js';

const { publicKey, privateKey } = rsaKeys();
const clock = new FixedClock(new Date('2024-05-01T05:59:59.900Z'));
const certifier = new SandboxCertifier({ number: '30001234567890123456', privateKey }, clock);
const sello = randomBytes(256).toString('base64');
const document = { xml: Buffer.from('<cfdi:Comprobante/>'), sello };

t.test('the TFD says who, when, and that it has no fiscal value', async (t) => {
  const { kind, tfd, replayed } = await certifier.certify(document);
  t.equal(kind, 'stamped');
  t.equal(replayed, false);
  t.match(tfd, {
    uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    fechaTimbrado: '2024-04-30T23:59:59',
    rfcProvCertif: sandboxProviderRfc,
    leyenda: sandboxLegend,
    selloCfd: sello,
    noCertificadoSat: '30001234567890123456',
  });
  t.not((await certifier.certify(document)).tfd.uuid, tfd.uuid);
});

t.test('the seal is RSA with SHA-256 over the original string of the TFD, and covers each of its fields', async (t) => {
  const { tfd } = await certifier.certify(document);
  const confirms = (fields: typeof tfd) =>
    verify('sha256', Buffer.from(tfdOriginalString(fields)), publicKey, Buffer.from(tfd.selloSat, 'base64'));
  t.ok(confirms(tfd));
  t.equal(
    tfdOriginalString(tfd),
    `||1.1|${tfd.uuid}|2024-04-30T23:59:59|TIM010101AB1|Timbre de prueba sin validez fiscal|${sello}|30001234567890123456||`,
  );
  for (const field of ['uuid', 'fechaTimbrado', 'rfcProvCertif', 'leyenda', 'selloCfd', 'noCertificadoSat'] as const) {
    t.notOk(confirms({ ...tfd, [field]: `${tfd[field]}x` }), field);
  }
});

t.test('FechaTimbrado follows the clocks of Mexico City, summer time of the past included', async (t) => {
  for (const [instant, local] of [
    ['2024-07-01T18:00:00Z', '2024-07-01T12:00:00'],
    ['2021-07-01T18:00:00Z', '2021-07-01T13:00:00'],
    ['2021-01-01T05:30:00Z', '2020-12-31T23:30:00'],
    ['2024-01-01T06:00:00Z', '2024-01-01T00:00:00'],
  ] as const) {
    clock.set(new Date(instant));
    t.equal((await certifier.certify(document)).tfd.fechaTimbrado, local);
  }
});

t.test('the RFC has the form of a company’s but a check digit that SAT never gives', async (t) => {
  t.match(sandboxProviderRfc, /^[A-Z&Ñ]{3}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[A-Z0-9]{2}[0-9A]$/);
  const values = '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ';
  const checkDigit = (rfc: string) => {
    const sum = [...rfc.slice(0, -1).padStart(12)].reduce(
      (total, letter, at) => total + values.indexOf(letter) * (13 - at),
      0,
    );
    const rest = sum % 11;
    return rest === 0 ? '0' : rest === 1 ? 'A' : String(11 - rest);
  };
  for (const real of ['EKU9003173C9', 'SPR190613I52', 'CVD110412TF6', 'CACX7605101P8'])
    t.equal(checkDigit(real), real.at(-1));
  t.not(checkDigit(sandboxProviderRfc), sandboxProviderRfc.at(-1));
});

t.test("the TFD is valid by SAT's schema", { skip: withoutReference }, async (t) => {
  const schema = `${satReference}/schemas/www.sat.gob.mx/sitio_internet/cfd/TimbreFiscalDigital/TimbreFiscalDigitalv11.xsd`;
  const { tfd } = await certifier.certify(document);
  const folder = t.testdir({ 'tfd.xml': tfdXml(tfd) });
  try {
    execFileSync('xmllint', ['--version'], { stdio: 'pipe' });
  } catch {
    t.comment('xmllint is not installed');
    return;
  }
  const validate = () =>
    execFileSync('xmllint', ['--nonet', '--noout', '--schema', schema, `${folder}/tfd.xml`], { stdio: 'pipe' });
  t.doesNotThrow(validate);
});
