import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { loadTrustAnchors, parseCertificate } from '../../src/core/certificates/index.js';
import { kitPassword, satFiles, satReference, withoutReference } from '../support/sat-reference.js';
import { StampingApp } from '../support/stamping-app.js';

t.test("documents sealed with SAT's own test certificates are stamped", { skip: withoutReference }, async (t) => {
  const app = await StampingApp.open(t, { anchors: await loadTrustAnchors(`${satReference}/ca`) });
  const registered = new Set(['EKU9003173C9']);
  for (const file of satFiles('test-kit', '.cer').filter((name) => name.includes('/csd/'))) {
    const { x509, rfc } = parseCertificate(readFileSync(file));
    if (rfc === null) throw new Error(`${file} is not SAT's`);
    const key = { key: readFileSync(file.replace(/\.cer$/, '.key')), format: 'der', type: 'pkcs8' } as const;
    const csd = { certificate: x509, privateKey: createPrivateKey({ ...key, passphrase: kitPassword }) };
    if (!registered.has(rfc)) await app.timbrel.emitter(app.staff, app.customer, { rfc });
    registered.add(rfc);
    const { status, body } = await app.stamp(app.cfdi({ ...csd, rfc }));
    t.equal(status, 201, `${rfc} ${JSON.stringify(body.violations ?? '')}`);
    t.equal(body.issuer_rfc, rfc);
  }
});

t.test("SAT's FIEL certificates cannot seal (306)", { skip: withoutReference }, async (t) => {
  const app = await StampingApp.open(t, { anchors: await loadTrustAnchors(`${satReference}/ca`) });
  const [file = ''] = satFiles('test-kit', '.cer').filter((name) => name.includes('EKU9003173C9/fiel'));
  const key = {
    key: readFileSync(satFiles('test-kit', '.key').find((name) => name.includes('EKU9003173C9/fiel'))!),
    format: 'der',
    type: 'pkcs8',
  } as const;
  const fiel = {
    certificate: new X509Certificate(readFileSync(file)),
    privateKey: createPrivateKey({ ...key, passphrase: kitPassword }),
  };
  const { status, body } = await app.stamp(app.cfdi(fiel));
  t.equal(status, 422);
  t.match(body.violations, [{ code: '306', path: '/cfdi:Comprobante/@Certificado', expected: 'CSD', actual: 'FIEL' }]);
});
