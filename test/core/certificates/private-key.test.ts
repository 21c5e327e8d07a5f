import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { isKeyPair, openPrivateKey, PrivateKeyError, parseCertificate } from '../../../src/core/certificates/index.js';
import { makeAuthority, makeLeaf, rsaKeys } from '../../support/authority.js';
import { kitPassword, satFiles, withoutReference } from '../../support/sat-reference.js';

const fault = (name: PrivateKeyError['fault']) => new PrivateKeyError(name);
const keys = rsaKeys();
const encrypt = (cipher: string, passphrase: string, key = keys.privateKey) =>
  key.export({ format: 'der', type: 'pkcs8', cipher, passphrase });

/** DER by hand, for files that no tool of today writes. */
const tlv = (tag: number, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag, 0x82, body.length >> 8, body.length & 255), body]);
};
const oid = (hex: string) => tlv(6, Buffer.from(hex, 'hex'));
const rounds = (count: number) => tlv(2, Buffer.from(count.toString(16).padStart(8, '0'), 'hex'));
const salt = tlv(4, Buffer.alloc(8));
const file = (...algorithm: Buffer[]) => tlv(0x30, tlv(0x30, ...algorithm), tlv(4, Buffer.alloc(1200)));
const pbes2 = (derivation: Buffer, cipher = '2a864886f70d0307') =>
  file(oid('2a864886f70d01050d'), tlv(0x30, derivation, tlv(0x30, oid(cipher), salt)));
const pbkdf2 = (count: number) => tlv(0x30, oid('2a864886f70d01050c'), tlv(0x30, salt, rounds(count)));

t.test("every key of SAT's kit opens and fits its certificate alone", { skip: withoutReference }, async (t) => {
  const certificates = satFiles('test-kit', '.cer').map((name) => ({
    name,
    certificate: parseCertificate(readFileSync(name)),
  }));
  const files = satFiles('test-kit', '.key');
  t.ok(files.length >= 10);
  for (const name of files) {
    const der = readFileSync(name);
    const key = openPrivateKey(der, kitPassword);
    const fitting = certificates.filter(({ certificate }) => isKeyPair(certificate, key));
    t.equal(fitting.length, 1, path.basename(name));
    t.equal(path.dirname(fitting[0]?.name ?? ''), path.dirname(name));
    t.throws(() => openPrivateKey(der, 'other'), fault('wrong_password'));
  }
});

t.test('what tools of today write opens as well', async (t) => {
  const certificate = parseCertificate(await makeLeaf(await makeAuthority('AC'), { keys }));
  for (const cipher of ['des-ede3-cbc', 'aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc']) {
    t.ok(isKeyPair(certificate, openPrivateKey(encrypt(cipher, 'contraseña €'), 'contraseña €')), cipher);
  }
  t.notOk(isKeyPair(certificate, rsaKeys().privateKey));
});

t.test('a wrong password is a wrong password, however the nonsense looks', async (t) => {
  const der = encrypt('des-ede3-cbc', 'right');
  for (let attempt = 0; attempt < 600; attempt++) {
    try {
      openPrivateKey(der, `wrong ${attempt}`);
      t.fail('opened');
    } catch (error) {
      if (!(error instanceof PrivateKeyError) || error.fault !== 'wrong_password') t.fail(String(error));
    }
  }
  t.throws(() => openPrivateKey(der, ''), fault('wrong_password'));
  t.throws(() => openPrivateKey(der, 'x'.repeat(10_000)), fault('wrong_password'));
});

t.test('what is not an encrypted PKCS#8 key is told apart', async (t) => {
  const der = encrypt('aes-256-cbc', 'x');
  const none = [
    Buffer.alloc(0),
    Buffer.from('text'),
    der.subarray(0, 700),
    Buffer.concat([der, Buffer.of(0)]),
    tlv(0x30),
  ];
  for (const bytes of none) t.throws(() => openPrivateKey(bytes, 'x'), fault('not_a_key'));
  const certificate = await makeLeaf(await makeAuthority('AC'));
  t.throws(() => openPrivateKey(certificate, 'x'), fault('not_a_key'), 'a certificate');
  t.throws(() => openPrivateKey(Buffer.alloc(100_000, 0x30), 'x'), fault('not_a_key'));
  const plain = keys.privateKey.export({ format: 'der', type: 'pkcs8' });
  t.throws(() => openPrivateKey(plain, 'x'), fault('not_encrypted'));
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  t.throws(() => openPrivateKey(encrypt('aes-256-cbc', 'x', elliptic), 'x'), fault('unsupported_key'));
});

t.test('encryption of the past, and work without bound, is refused before it runs', async (t) => {
  const refused = {
    'MD5 and DES': file(oid('2a864886f70d010503'), tlv(0x30, salt, rounds(2048))),
    'SHA-1 and RC2': file(oid('2a864886f70d010c0106'), tlv(0x30, salt, rounds(2048))),
    'DES in PBES2': pbes2(pbkdf2(2048), '2b0e030207'),
    scrypt: pbes2(tlv(0x30, oid('2b06010401da47040b'), tlv(0x30, salt, rounds(1 << 30), rounds(8), rounds(1)))),
    'two billion rounds': pbes2(pbkdf2(0x7fffffff)),
    'a negative number of rounds': pbes2(pbkdf2(0xffffffff)),
    'no rounds': pbes2(pbkdf2(0)),
    'rounds without bound, older scheme': file(oid('2a864886f70d010c0103'), tlv(0x30, salt, rounds(0x7fffffff))),
    'no parameters': file(oid('2a864886f70d01050d')),
  };
  for (const [name, der] of Object.entries(refused)) {
    t.throws(() => openPrivateKey(der, 'x'), fault('unsupported_encryption'), name);
  }
  t.throws(() => openPrivateKey(pbes2(pbkdf2(2048)), 'x'), fault('wrong_password'), 'the same with SAT’s parameters');
});

t.test('any flipped bit of the head gives a coded fault', async (t) => {
  const der = encrypt('des-ede3-cbc', 'right');
  t.type(createPrivateKey({ key: der, format: 'der', type: 'pkcs8', passphrase: 'right' }), 'object');
  for (let bit = 0; bit < 100 * 8; bit++) {
    const bytes = Buffer.from(der);
    bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      openPrivateKey(bytes, 'right');
    } catch (error) {
      if (!(error instanceof PrivateKeyError)) t.fail(`bit ${bit}: ${error}`);
    }
  }
});
