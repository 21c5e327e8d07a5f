import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { CertificateError, decodeCertificate, parseCertificate } from '../../../src/core/certificates/index.js';
import { type NameAttribute, nameOids } from '../../../src/core/certifiers/issue-certificate.js';
import { csdSubject, decade, makeAuthority, makeLeaf, rsaKeys } from '../../support/authority.js';
import { satFiles, withoutReference } from '../../support/sat-reference.js';

const authority = await makeAuthority('AC for one test');
const subjectOf = async (...subject: NameAttribute[]) => parseCertificate(await makeLeaf(authority, { subject }));

t.test("SAT's test kit: owner, name, use and number of every certificate", { skip: withoutReference }, async (t) => {
  const names: Record<string, [name: string, representative: string | null]> = {
    CACX7605101P8: ['XOCHILT CASAS CHAVEZ', null],
    CAÑF770131PA3: ['FERNANDO CASTILLO ÑABARRO', null],
    EKU9003173C9: ['ESCUELA KEMPER URGATE SA DE CV', 'VADA800927DJ3'],
    OÑO120726RX3: ['ORGANICOS ÑAVEZ OSORIO S.A DE C.V SA DE CV', 'VADA800927DJ3'],
    'S&S051221SE2': ['S & SOFTWARE SA DE CV', 'VADA800927DJ3'],
  };
  const files = satFiles('test-kit', '.cer');
  t.ok(files.length >= 10, 'the kit is whole');
  for (const file of files) {
    const certificate = parseCertificate(readFileSync(file));
    const [use, rfc = ''] = path.dirname(file).normalize('NFC').split(path.sep).reverse();
    t.match(certificate, { rfc, use, useIsCertain: true }, path.basename(file));
    t.same([certificate.legalName, certificate.representativeRfc], names[rfc]);
    t.equal(certificate.branch === null, use === 'fiel');
    t.match(certificate.number, /^30001000000500003\d{3}$/);
    t.equal(certificate.issuerName, 'AC UAT');
  }
});

t.test("the number of a PAC's certificate is its file's name", { skip: withoutReference }, async (t) => {
  for (const file of satFiles('pac-certificates', '.cer')) {
    const certificate = parseCertificate(readFileSync(file));
    t.equal(`${certificate.number}.cer`, path.basename(file));
    t.equal(certificate.rfc, 'SPR190613I52');
  }
});

t.test('what openssl reads is what we read', async (t) => {
  const der = await makeLeaf(authority);
  const certificate = parseCertificate(der);
  let text: string;
  try {
    const options = [
      'x509',
      '-inform',
      'DER',
      '-noout',
      '-serial',
      '-startdate',
      '-enddate',
      '-fingerprint',
      '-sha256',
    ];
    text = execFileSync('openssl', options, { input: der, encoding: 'utf8' });
  } catch {
    t.comment('openssl is not installed');
    return;
  }
  t.match(text, `serial=${Buffer.from(certificate.number ?? '').toString('hex')}`);
  t.match(text.replaceAll(':', '').toLowerCase(), certificate.sha256);
  t.match(text, 'Jan  1 00:00:00 2020');
  t.same([certificate.notBefore, certificate.notAfter], [decade.notBefore, decade.notAfter]);
  t.equal(certificate.sha256, createHash('sha256').update(der).digest('hex'));
});

t.test('names come out as they went in, whatever letters they have', async (t) => {
  for (const name of [
    'MUÑOZ & CAMIÓN, S.A. DE C.V.',
    'A+B="C"; <D> \\ E',
    '#hash first',
    ' blanks around ',
    'two\nCN=lines',
    'Ünï¢ødé 🔑',
  ]) {
    const certificate = await subjectOf([nameOids.commonName, name], ...csdSubject.slice(1));
    t.equal(certificate.legalName, name);
    t.equal(certificate.rfc, 'EKU9003173C9');
  }
});

t.test('the RFC stands before the slash', async (t) => {
  const rfcOf = async (value: string) => {
    const { rfc, representativeRfc } = await subjectOf([nameOids.x500UniqueIdentifier, value]);
    return [rfc, representativeRfc];
  };
  t.same(await rfcOf('CACX7605101P8'), ['CACX7605101P8', null]);
  t.same(await rfcOf('OÑO120726RX3 / VADA800927DJ3'), ['OÑO120726RX3', 'VADA800927DJ3']);
  t.same(await rfcOf('S&S051221SE2 / '), ['S&S051221SE2', null]);
  t.same(await rfcOf(' / VADA800927DJ3'), [null, 'VADA800927DJ3']);
});

t.test('a certificate that is not of SAT is read, with what it lacks left empty', async (t) => {
  const certificate = await subjectOf([nameOids.commonName, 'www.example.org']);
  t.match(certificate, { rfc: null, representativeRfc: null, branch: null, use: 'fiel', useIsCertain: false });
  const twice = await subjectOf([nameOids.x500UniqueIdentifier, 'A'], [nameOids.x500UniqueIdentifier, 'B']);
  t.equal(twice.rfc, null, 'an RFC that stands there twice says nothing certain');
});

t.test('only DER to the last byte is a certificate', async (t) => {
  const der = await makeLeaf(authority);
  const pem = Buffer.from(new X509Certificate(der).toString());
  const broken = [
    pem,
    Buffer.alloc(0),
    Buffer.alloc(1),
    Buffer.from('3080', 'hex'),
    Buffer.from('30ffffffffff', 'hex'),
    Buffer.concat([der, Buffer.alloc(1)]),
    Buffer.concat([der, der]),
    Buffer.alloc(1_000_000, 0x30),
  ];
  for (const bytes of broken) t.throws(() => parseCertificate(bytes), new CertificateError('not_a_certificate'));
});

t.test('keys that are no RSA of 1024 to 4096 bits are refused', async (t) => {
  const der = await makeLeaf(authority, { keys: rsaKeys(512) });
  t.throws(() => parseCertificate(der), new CertificateError('unsupported_key'));
  t.equal(parseCertificate(await makeLeaf(authority, { keys: rsaKeys(1024) })).rfc, 'EKU9003173C9');
});

t.test('Certificado is strict base64 with white space as XML brings it', async (t) => {
  const der = await makeLeaf(authority);
  const base64 = der.toString('base64');
  t.ok(decodeCertificate(base64)?.equals(der));
  t.ok(decodeCertificate(`\n ${base64.slice(0, 76)}\r\n\t${base64.slice(76)} `)?.equals(der));
  const sloppy = base64.replace(/=*$/, '');
  for (const other of ['', ' ', `${base64}!`, `${base64}====`, `-${base64}`, 'A'.repeat(30_000), `${sloppy}=====`]) {
    t.equal(decodeCertificate(other), null);
  }
  t.equal(decodeCertificate(base64.replaceAll('+', '-').replaceAll('/', '_')), null, 'base64url');
});
