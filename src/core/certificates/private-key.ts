import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { SatCertificate } from './certificate.js';
import { type DerElement, readDer, readDerSequence, tags } from './der.js';

/** SAT's keys have 1.3 KB. */
const maxKeyBytes = 16_384;
/** SAT's keys take 2,048 rounds. Opening runs on the event loop, so the file must not choose how long it takes. */
const maxRounds = 100_000;

/** What is wrong with a key file or its password. */
export type PrivateKeyFault =
  | 'not_a_key'
  | 'not_encrypted'
  | 'unsupported_encryption'
  | 'wrong_password'
  | 'unsupported_key';

/** A private key cannot be opened. */
export class PrivateKeyError extends Error {
  override readonly name = 'PrivateKeyError';
  constructor(readonly fault: PrivateKeyFault) {
    super(`The private key cannot be opened: ${fault}.`);
  }
}

/**
 * Opens a .key file of SAT: PKCS#8 EncryptedPrivateKeyInfo in DER (RFC 5958), PBES2 with 3DES or AES, or the older
 * SHA-1 and 3DES. Throws PrivateKeyError for anything else. Keep the KeyObject: parsing costs more than signing.
 */
export function openPrivateKey(der: Buffer, password: string): KeyObject {
  const fault = encryptionFault(der);
  if (fault !== null) throw new PrivateKeyError(fault);
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8', passphrase: password });
  } catch {
    // A wrong password gives bad padding mostly and, by chance, good padding around nonsense: an ASN.1 error.
    throw new PrivateKeyError('wrong_password');
  }
  if (key.asymmetricKeyType !== 'rsa') throw new PrivateKeyError('unsupported_key');
  return key;
}

/** Whether a private key is the one of a certificate. */
export function isKeyPair(certificate: SatCertificate, privateKey: KeyObject): boolean {
  return certificate.x509.checkPrivateKey(privateKey);
}

/** Object identifiers, in the hexadecimal of their DER content. */
const oids = {
  pbes2: '2a864886f70d01050d',
  pbkdf2: '2a864886f70d01050c',
  sha1With3Des: '2a864886f70d010c0103',
} as const;
/** DES-EDE3-CBC; AES-128, -192 and -256-CBC. */
const ciphers = new Set(['2a864886f70d0307', '608648016503040102', '608648016503040116', '60864801650304012a']);
/** HMAC with SHA-1, SHA-224, SHA-256, SHA-384, SHA-512. */
const pseudoRandomFunctions = new Set(['07', '08', '09', '0a', '0b'].map((last) => `2a864886f70d02${last}`));

/** What keeps the file from being opened whatever the password is; null where only the password can be wrong. */
function encryptionFault(der: Buffer): PrivateKeyFault | null {
  const file = der.length <= maxKeyBytes ? readDer(der) : null;
  const parts = file?.tag === tags.sequence ? readDerSequence(file.content) : null;
  if (parts?.[0]?.tag === tags.integer) return 'not_encrypted';
  const [algorithm, data] = parts ?? [];
  if (parts?.length !== 2 || algorithm?.tag !== tags.sequence || data?.tag !== tags.octetString) return 'not_a_key';
  const [oid, parameters] = children(algorithm);
  if (oid?.tag !== tags.oid) return 'not_a_key';
  const supported =
    (isOid(oid, oids.pbes2) && isSupportedPbes2(parameters)) ||
    (isOid(oid, oids.sha1With3Des) && isBounded(children(parameters)[1]));
  return supported ? null : 'unsupported_encryption';
}

/** PBES2-params (RFC 8018 appendix A.4): a key derivation and a cipher, each with its parameters. */
function isSupportedPbes2(parameters: DerElement | undefined): boolean {
  const [derivation, cipher] = children(parameters).map(children);
  const [, rounds, ...options] = children(derivation?.[1]);
  const hash = children(options.find(({ tag }) => tag === tags.sequence))[0];
  return (
    isOid(derivation?.[0], oids.pbkdf2) &&
    isBounded(rounds) &&
    (hash === undefined || pseudoRandomFunctions.has(hash.content.toString('hex'))) &&
    ciphers.has(cipher?.[0]?.content.toString('hex') ?? '')
  );
}

function isBounded(rounds: DerElement | undefined): boolean {
  if (rounds?.tag !== tags.integer || rounds.content.length === 0 || rounds.content.length > 4) return false;
  const count = rounds.content.readIntBE(0, rounds.content.length);
  return count > 0 && count <= maxRounds;
}

function isOid(element: DerElement | undefined, hex: string): boolean {
  return element?.tag === tags.oid && element.content.toString('hex') === hex;
}

function children(element: DerElement | undefined): DerElement[] {
  return element?.tag === tags.sequence ? (readDerSequence(element.content) ?? []) : [];
}
