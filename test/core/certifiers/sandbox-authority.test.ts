import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import t from 'tap';
import {
  CertificateCache,
  cfdiCertificatePaths,
  checkIssuerCertificate,
  isKeyPair,
  openPrivateKey,
  parseCertificate,
  TrustAnchorError,
  TrustStore,
} from '../../../src/core/certificates/index.js';
import { type AuthorityStore, SandboxAuthority, type StoredAuthority } from '../../../src/core/certifiers/index.js';
import { FixedClock } from '../../../src/platform/clock.js';
import { Keyring, SealedBoxes } from '../../../src/platform/secrets/index.js';

const clock = new FixedClock(new Date('2024-05-01T12:00:00Z'));
const boxes = new SealedBoxes(new Keyring([randomBytes(32)]));

/** What the database does: the first to save wins, and all get the first. */
class MemoryStore implements AuthorityStore {
  saved: StoredAuthority | null = null;
  offered: StoredAuthority[] = [];
  async load() {
    return this.saved;
  }
  async saveIfAbsent(authority: StoredAuthority) {
    this.offered.push(authority);
    this.saved ??= authority;
    return this.saved;
  }
}

const store = new MemoryStore();
const authority = await SandboxAuthority.loadOrCreate(store, boxes, clock);
const trust = new TrustStore('sandbox', [authority.certificate]);

t.test('it is made once; later starts keep it', async (t) => {
  const later = await SandboxAuthority.loadOrCreate(store, boxes, clock);
  t.ok(later.certificate.raw.equals(authority.certificate.raw));
  t.equal(later.pac.number, authority.pac.number);
  t.equal(store.offered.length, 1);
});

t.test('processes that start together end with the same one', async (t) => {
  const fresh = new MemoryStore();
  const starts = Array.from({ length: 3 }, () => SandboxAuthority.loadOrCreate(fresh, boxes, clock));
  const authorities = await Promise.all(starts);
  t.equal(new Set(authorities.map(({ pac }) => pac.number)).size, 1);
  t.equal(fresh.offered.length, 3);
  for (const { pac } of authorities)
    t.ok(pac.certificate.checkPrivateKey(pac.privateKey), 'with the key that belongs to it');
});

t.test('the keys lie in sealed boxes: neither swapped nor under another master do they open', async (t) => {
  const saved = store.saved as StoredAuthority;
  for (const box of [saved.caKeyBox, saved.pacKeyBox])
    t.notOk(Buffer.from(box).includes(Buffer.from('2a864886f70d010101', 'hex')));
  const swapped = new MemoryStore();
  swapped.saved = { ...saved, caKeyBox: saved.pacKeyBox, pacKeyBox: saved.caKeyBox };
  await t.rejects(SandboxAuthority.loadOrCreate(swapped, boxes, clock), { name: 'SealedBoxError' });
  const others = new SealedBoxes(new Keyring([randomBytes(32)]));
  await t.rejects(SandboxAuthority.loadOrCreate(store, others, clock), {
    name: 'SealedBoxError',
    reason: 'unknown_key',
  });
});

t.test("the PAC's certificate has SAT's form, and nothing of it can be taken for a fiscal one", async (t) => {
  const pac = parseCertificate(authority.pac.certificate.raw);
  t.match(pac, { number: /^3000\d{16}$/, rfc: 'TIM010101AB1', use: 'csd', issuerName: 'AC Sandbox Timbrel' });
  t.match(pac.branch, /sin validez fiscal/i);
  t.equal(trust.verify(pac, clock.now()), 'trusted');
  t.equal(authority.pac.number, pac.number);
  t.ok(authority.certificate.ca);
  t.throws(() => new TrustStore('production', [authority.certificate]), TrustAnchorError);
});

t.test('a demo CSD passes every check of an issuer’s certificate, and its key opens with the password', async (t) => {
  for (const [rfc, legalName] of [
    ['EKU9003173C9', 'ESCUELA KEMPER URGATE SA DE CV'],
    ['CAÑF770131PA3', 'FERNANDO CASTILLO ÑABARRO'],
    ['S&S051221SE2', 'S & SOFTWARE, "S.A." DE C.V.'],
  ] as const) {
    const csd = await authority.issueDemoCsd({ rfc, legalName }, '12345678a');
    const fecha = { earliest: clock.now(), latest: clock.now() };
    const { certificate, violations } = checkIssuerCertificate(
      { certificadoBase64: csd.certificate.toString('base64'), noCertificado: csd.number, issuerRfc: rfc, fecha },
      { certificates: new CertificateCache(), trust, paths: cfdiCertificatePaths },
    );
    t.same(violations, []);
    t.match(certificate, { rfc, legalName, use: 'csd' });
    t.ok(isKeyPair(certificate!, openPrivateKey(csd.encryptedKey, '12345678a')));
    t.throws(() => openPrivateKey(csd.encryptedKey, '12345678b'), {
      name: 'PrivateKeyError',
      message: /wrong_password/,
    });
  }
});

t.test('a demo CSD covers the 72 hours behind us and four years ahead', async (t) => {
  const csd = parseCertificate(
    (await authority.issueDemoCsd({ rfc: 'EKU9003173C9', legalName: 'X' }, 'x')).certificate,
  );
  const hours = (count: number) => new Date(clock.now().getTime() + count * 3_600_000);
  t.ok(csd.notBefore < hours(-72) && csd.notAfter > hours(3 * 365 * 24));
  t.equal(trust.verify(csd, hours(-72)), 'trusted');
});

t.test('numbers come from no counter and do not repeat', async (t) => {
  const owner = { rfc: 'EKU9003173C9', legalName: 'X' };
  const csds = await Promise.all(Array.from({ length: 8 }, () => authority.issueDemoCsd(owner, 'x')));
  t.equal(new Set(csds.map(({ number }) => number)).size, 8);
});

t.test('openssl verifies the chain and opens the key', async (t) => {
  const csd = await authority.issueDemoCsd({ rfc: 'OÑO120726RX3', legalName: 'ÓRGANOS & CÍA' }, 'clave ñ');
  const folder = t.testdir({
    'ca.pem': authority.certificate.toString(),
    'csd.pem': parseCertificate(csd.certificate).x509.toString(),
    'csd.key': csd.encryptedKey,
  });
  const openssl = (...options: string[]) =>
    execFileSync('openssl', options, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  try {
    openssl('version');
  } catch {
    t.comment('openssl is not installed');
    return;
  }
  const at = String(clock.now().getTime() / 1000);
  // Not -x509_strict: like SAT's, the certificates carry no key identifiers.
  t.match(openssl('verify', '-attime', at, '-CAfile', 'ca.pem', 'csd.pem'), 'csd.pem: OK');
  const text = openssl('x509', '-in', 'csd.pem', '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus');
  t.match(text, 'x500UniqueIdentifier=OÑO120726RX3 / XAXX010101000');
  t.match(text, 'CN=ÓRGANOS & CÍA');
  t.match(text, 'Digital Signature, Non Repudiation');
  const key = openssl('pkcs8', '-inform', 'DER', '-in', path.join(folder, 'csd.key'), '-passin', 'pass:clave ñ');
  t.match(key, 'BEGIN PRIVATE KEY');
});
