import { constants, createHash, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import type { Violation } from '../../problems.js';
import { violation } from './violations.js';

/** Seals: RSA with SHA-256 (RSASSA-PKCS1-v1_5) over the original string in UTF-8, written in base64. */

/** Base64 as SAT's seals are written, padding included. */
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Whether a seal confirms an original string. A seal that is no base64 does not, nor does one under another kind of key. */
export function sealConfirms(originalString: string, seal: string, key: KeyObject): boolean {
  if (key.asymmetricKeyType !== 'rsa' || !base64.test(seal)) return false;
  return verify('sha256', Buffer.from(originalString), key, Buffer.from(seal, 'base64'));
}

/**
 * CFDI40102 (formerly 302): the seal must confirm the original string under the public key of the certificate.
 * `expected` is the digest of the original string, `actual` the one inside the seal, or null when none can be read.
 */
export function checkSeal(originalString: string, seal: string, key: KeyObject): Violation | null {
  if (sealConfirms(originalString, seal, key)) return null;
  return violation({
    code: 'CFDI40102',
    legacyCode: '302',
    path: '/cfdi:Comprobante/@Sello',
    expected: createHash('sha256').update(originalString).digest('hex'),
    actual: digestInside(seal, key),
    en: 'The seal does not belong to this document: its digest is not the one of the original string under the given certificate.',
    es: 'El sello no corresponde a este comprobante: su digestión no es la de la cadena original con el certificado indicado.',
  });
}

/** Length in bytes of a SHA-256 digest, which stands at the end of the DigestInfo that a seal encrypts (RFC 8017, 9.2). */
const DIGEST_BYTES = 32;

function digestInside(seal: string, key: KeyObject): string | null {
  if (key.asymmetricKeyType !== 'rsa' || !base64.test(seal)) return null;
  try {
    const info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(seal, 'base64'));
    return info.subarray(-DIGEST_BYTES).toString('hex');
  } catch {
    return null;
  }
}
