import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {
  loadTrustAnchors,
  parseCertificate,
  TrustAnchorError,
  TrustStore,
} from '../../../src/core/certificates/index.js';
import { makeAuthority, makeLeaf, type TestAuthority } from '../../support/authority.js';
import { satFiles, satReference, withoutReference } from '../../support/sat-reference.js';

const at = (text: string) => new Date(`${text}T12:00:00Z`);
const storeOf = (...authorities: TestAuthority[]) =>
  new TrustStore(
    'sandbox',
    authorities.map(({ certificate }) => certificate),
  );
const period = (from: string, until: string) => ({ notBefore: at(from), notAfter: at(until) });

t.test('the authority that signed is trusted, one that merely bears its name is not', async (t) => {
  const real = await makeAuthority('AC');
  const forger = await makeAuthority('AC');
  const leaf = parseCertificate(await makeLeaf(real));
  t.equal(storeOf(real).verify(leaf, at('2024-01-01')), 'trusted');
  t.equal(storeOf(forger).verify(leaf, at('2024-01-01')), 'unknown_issuer');
  t.equal(storeOf(forger, real).verify(leaf, at('2024-01-01')), 'trusted', 'both names in the store');
  t.equal(storeOf().verify(leaf, at('2024-01-01')), 'unknown_issuer', 'nobody is trusted by default');
});

t.test('a certificate that signed itself, or was signed by a taxpayer, is not trusted', async (t) => {
  const authority = await makeAuthority('AC');
  const selfMade = await makeAuthority('Myself');
  t.equal(storeOf(authority).verify(parseCertificate(selfMade.certificate.raw), at('2024-01-01')), 'unknown_issuer');
  const below = await makeAuthority('Below', selfMade);
  t.equal(storeOf(authority).verify(parseCertificate(await makeLeaf(below)), at('2024-01-01')), 'unknown_issuer');
});

t.test('an authority must have been in force at the time of sealing', async (t) => {
  const authority = await makeAuthority('AC', undefined, period('2021-01-01', '2023-01-01'));
  const store = storeOf(authority);
  const leaf = parseCertificate(await makeLeaf(authority));
  t.equal(store.verify(leaf, at('2020-12-31')), 'issuer_not_in_force');
  t.equal(store.verify(leaf, at('2021-01-01')), 'trusted');
  t.equal(store.verify(leaf, at('2023-01-01')), 'trusted');
  t.equal(store.verify(leaf, at('2023-01-02')), 'issuer_not_in_force');
});

t.test('an authority above, where the store holds it, must have been in force too', async (t) => {
  const root = await makeAuthority('Root', undefined, period('2020-01-01', '2022-01-01'));
  const authority = await makeAuthority('AC', root, period('2021-01-01', '2025-01-01'));
  const leaf = parseCertificate(await makeLeaf(authority));
  t.equal(storeOf(root, authority).verify(leaf, at('2021-06-01')), 'trusted');
  t.equal(storeOf(root, authority).verify(leaf, at('2022-06-01')), 'issuer_not_in_force');
  t.equal(storeOf(authority).verify(leaf, at('2022-06-01')), 'trusted', 'an operator may trust the issuer alone');
  t.equal(storeOf(root).verify(leaf, at('2021-06-01')), 'unknown_issuer', 'the root did not issue it');
});

t.test('an authority renewed with the same key is trusted in both of its periods', async (t) => {
  const old = await makeAuthority('AC', undefined, period('2020-01-01', '2021-01-01'));
  const leaf = parseCertificate(await makeLeaf(old));
  const { issueCertificate } = await import('../../../src/core/certifiers/issue-certificate.js');
  const renewed = await issueCertificate(
    { subject: old.name, publicKey: old.certificate.publicKey, ...period('2022-01-01', '2023-01-01'), authority: true },
    old,
  );
  const store = new TrustStore('sandbox', [old.certificate, new X509Certificate(renewed)]);
  t.equal(store.verify(leaf, at('2020-06-01')), 'trusted');
  t.equal(store.verify(leaf, at('2021-06-01')), 'issuer_not_in_force');
  t.equal(store.verify(leaf, at('2022-06-01')), 'trusted');
});

t.test(
  "SAT's test authority issued the kit and the certificates of the test PACs",
  { skip: withoutReference },
  async (t) => {
    const issuer = new X509Certificate(readFileSync(path.join(satReference, 'ca/AC_UAT_2022.cer')));
    const alone = new TrustStore('sandbox', [issuer]);
    const all = new TrustStore('sandbox', await loadTrustAnchors(path.join(satReference, 'ca')));
    for (const file of satFiles('test-kit', '.cer')) {
      const certificate = parseCertificate(readFileSync(file));
      t.equal(alone.verify(certificate, certificate.notBefore), 'trusted', path.basename(file));
      t.equal(all.verify(certificate, certificate.notBefore), 'trusted');
      t.equal(all.verify(certificate, at('2031-01-01')), 'issuer_not_in_force');
    }
    for (const file of satFiles('pac-certificates', '.cer')) {
      const certificate = parseCertificate(readFileSync(file));
      t.equal(all.verify(certificate, certificate.notBefore), 'trusted', path.basename(file));
    }
  },
);

t.test('production refuses every authority for tests, and takes that of SAT', { skip: withoutReference }, async (t) => {
  const anchors = await loadTrustAnchors(path.join(satReference, 'ca'));
  const refused: string[] = [];
  for (const anchor of anchors) {
    try {
      new TrustStore('production', [anchor]);
    } catch (error) {
      t.type(error, TrustAnchorError);
      refused.push(/CN=(.*)/.exec(anchor.subject)?.[1] ?? '');
    }
    t.ok(new TrustStore('sandbox', [anchor]));
  }
  t.same(
    refused.sort(),
    ['A.C. 2 de pruebas(4096)', 'AC UAT', 'AC UAT', 'ARC', 'ARC beta', 'Agencia Certficadora Raiz Beta ANG'].sort(),
  );
  const production = new TrustStore(
    'production',
    anchors.filter(({ subject }) => /AUTORIDAD CERT|AGENCIA/.test(subject)),
  );
  t.same(production.authorityNames(), ['AUTORIDAD CERTIFICADORA', 'AGENCIA REGISTRADORA CENTRAL']);
  const [file = ''] = satFiles('test-kit', '.cer');
  t.equal(production.verify(parseCertificate(readFileSync(file)), at('2024-01-01')), 'unknown_issuer');
});
