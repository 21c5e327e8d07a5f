import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {
  CertificateCache,
  cfdiCertificatePaths,
  checkIssuerCertificate,
  loadTrustAnchors,
  parseCertificate,
  type SealingFacts,
  TrustStore,
} from '../../../src/core/certificates/index.js';
import { csdSubject, makeAuthority, makeLeaf } from '../../support/authority.js';
import { satFiles, satReference, withoutReference } from '../../support/sat-reference.js';

const authority = await makeAuthority('AC');
const trust = new TrustStore('sandbox', [authority.certificate]);
const certificates = new CertificateCache();
const on = (text: string) => ({ earliest: new Date(text), latest: new Date(text) });

const der = await makeLeaf(authority);
const good: SealingFacts = {
  certificadoBase64: der.toString('base64'),
  noCertificado: parseCertificate(der).number ?? '',
  issuerRfc: 'EKU9003173C9',
  fecha: on('2024-05-01T00:00:00Z'),
};
const check = (facts: Partial<SealingFacts>, store = trust) =>
  checkIssuerCertificate({ ...good, ...facts }, { certificates, trust: store, paths: cfdiCertificatePaths });
const codes = (facts: Partial<SealingFacts>, store = trust) => check(facts, store).violations.map(({ code }) => code);
const other = async (options: Parameters<typeof makeLeaf>[1]) => {
  const bytes = await makeLeaf(authority, options);
  return { certificadoBase64: bytes.toString('base64'), noCertificado: parseCertificate(bytes).number ?? '' };
};

t.test('a good certificate has no violation and comes back for the seal', async (t) => {
  const { certificate, violations } = check({});
  t.same(violations, []);
  t.equal(certificate?.rfc, 'EKU9003173C9');
  t.equal(check({}).certificate, certificate, 'read once');
});

t.test('CFDI40106: unreadable, with nothing else to say', async (t) => {
  for (const certificadoBase64 of ['', 'AAAA', 'no base64!', der.subarray(1).toString('base64')]) {
    const { certificate, violations } = check({ certificadoBase64, issuerRfc: 'AAA010101AAA' });
    t.equal(certificate, null);
    t.match(violations, [{ code: 'CFDI40106', path: '/cfdi:Comprobante/@Certificado', actual: null }]);
    t.equal(violations.length, 1);
  }
});

t.test('CFDI40106: the certificate of another number', async (t) => {
  t.match(check({ noCertificado: '30001000000500003416' }).violations, [
    {
      code: 'CFDI40106',
      legacy_code: null,
      path: '/cfdi:Comprobante/@NoCertificado',
      expected: good.noCertificado,
      actual: '30001000000500003416',
      message: { en: String, es: String },
    },
  ]);
});

t.test('308: issued by nobody we trust, or by an authority out of force', async (t) => {
  const stranger = new TrustStore('sandbox', [(await makeAuthority('AC')).certificate]);
  t.match(check({}, stranger).violations, [{ code: '308', path: '/cfdi:Comprobante/@Certificado', actual: 'AC' }]);
  const late = { notBefore: new Date('2025-01-01'), notAfter: new Date('2026-01-01') };
  const young = await makeAuthority('Young', undefined, late);
  const bytes = await makeLeaf(young);
  const facts = { certificadoBase64: bytes.toString('base64'), noCertificado: parseCertificate(bytes).number ?? '' };
  const store = new TrustStore('sandbox', [young.certificate]);
  t.same(codes(facts, store), ['308']);
  t.same(codes({ ...facts, fecha: on('2025-05-01') }, store), []);
});

t.test('306: a FIEL', async (t) => {
  const facts = await other({ subject: csdSubject.slice(0, 3) });
  t.match(check(facts).violations, [{ code: '306', expected: 'CSD', actual: 'FIEL' }]);
});

t.test('303: the certificate of another taxpayer', async (t) => {
  t.match(check({ issuerRfc: 'OÑO120726RX3' }).violations, [
    { code: '303', path: '/cfdi:Comprobante/cfdi:Emisor/@Rfc', expected: 'EKU9003173C9', actual: 'OÑO120726RX3' },
  ]);
  t.same(codes({ issuerRfc: 'VADA800927DJ3' }), ['303'], 'the representative is not the taxpayer');
});

t.test('305: Fecha before or after, the bounds included, one reading enough', async (t) => {
  const facts = await other({
    period: { notBefore: new Date('2024-01-01T06:00:00Z'), notAfter: new Date('2024-06-01T06:00:00Z') },
  });
  const at = (earliest: string, latest = earliest) =>
    codes({ ...facts, fecha: { earliest: new Date(earliest), latest: new Date(latest) } });
  t.same(at('2024-01-01T05:59:59Z'), ['305']);
  t.same(at('2024-01-01T06:00:00Z'), []);
  t.same(at('2024-06-01T06:00:00Z'), []);
  t.same(at('2024-06-01T06:00:01Z'), ['305']);
  t.same(at('2024-01-01T05:30:00Z', '2024-01-01T06:30:00Z'), []);
  t.same(codes({ ...facts, fecha: null }), [], 'where Fecha cannot be told, another rule says so');
  t.match(check({ ...facts, fecha: on('2025-01-01') }).violations, [
    {
      path: '/cfdi:Comprobante/@Fecha',
      expected: '2024-01-01T06:00:00Z – 2024-06-01T06:00:00Z',
      actual: '2025-01-01T00:00:00Z',
    },
  ]);
});

t.test('everything that is wrong is said at once', async (t) => {
  const facts = await other({ subject: [csdSubject[0]!] });
  const nobody = new TrustStore('sandbox', []);
  const all = codes({ ...facts, noCertificado: '1', issuerRfc: 'X'.repeat(5000), fecha: on('2031-01-01') }, nobody);
  t.same(all, ['CFDI40106', '308', '306', '303', '305']);
  const { violations } = check({ issuerRfc: 'X'.repeat(5000) });
  t.ok((violations[0]?.actual?.length ?? 0) <= 200, 'a quote is cut');
});

t.test("SAT's kit: every CSD is good for its owner, every FIEL is 306", { skip: withoutReference }, async (t) => {
  const sat = new TrustStore('sandbox', await loadTrustAnchors(path.join(satReference, 'ca')));
  for (const file of satFiles('test-kit', '.cer')) {
    const bytes = readFileSync(file);
    const certificate = parseCertificate(bytes);
    const facts: SealingFacts = {
      certificadoBase64: bytes.toString('base64'),
      noCertificado: certificate.number ?? '',
      issuerRfc: certificate.rfc ?? '',
      fecha: on('2024-05-01'),
    };
    t.same(codes(facts, sat), certificate.use === 'csd' ? [] : ['306'], path.basename(file));
    t.ok(codes(facts, trust).includes('308'));
  }
});
