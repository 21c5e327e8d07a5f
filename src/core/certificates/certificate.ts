import { createHash, type KeyObject, X509Certificate } from 'node:crypto';

/** SAT's have 1.5 KB, authorities 2.3 KB. */
const maxDerBytes = 16_384;
const maxBase64Characters = 24_576;

/** What is wrong with bytes that should be a certificate. */
export type CertificateFault = 'not_a_certificate' | 'unsupported_key';

/** The bytes are no certificate that could belong to a taxpayer. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  constructor(readonly fault: CertificateFault) {
    super(fault === 'unsupported_key' ? 'The certificate has no usable RSA key.' : 'The bytes are not a certificate.');
  }
}

/** A certificate, and what SAT writes into it. Not yet trusted: see TrustStore. */
export interface SatCertificate {
  readonly x509: X509Certificate;
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly sha256: string;
  /** The 20 digits that SAT calls the certificate's number; null where the serial is not made of them. */
  readonly number: string | null;
  /** RFC of the taxpayer; null where the subject has none. */
  readonly rfc: string | null;
  /** RFC of the legal representative, in certificates of legal entities. */
  readonly representativeRfc: string | null;
  /** With the kind of company ("SA DE CV"), which the Nombre of a CFDI leaves out. */
  readonly legalName: string | null;
  /** The branch that a CSD was asked for; FIEL certificates have none. */
  readonly branch: string | null;
  /** Common name of the authority that the certificate names as its issuer. */
  readonly issuerName: string | null;
  /** Both inclusive. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** CSD: for sealing documents. FIEL: a person's signature, which must not seal them. */
  readonly use: 'csd' | 'fiel';
  /** False where the branch says one use and the extended key usage the other: worth a warning at upload. */
  readonly useIsCertain: boolean;
  /** RSA, 1024 to 4096 bits. */
  readonly publicKey: KeyObject;
}

/**
 * The bytes of a `Certificado` attribute: base64 of DER, white space allowed as XML may bring it. Null for anything
 * else, PEM and sloppy base64 included: another reader would take them otherwise.
 */
export function decodeCertificate(base64: string): Buffer | null {
  if (base64.length > maxBase64Characters) return null;
  const text = base64.replace(/[ \t\r\n]/g, '');
  const der = Buffer.from(text, 'base64');
  return der.length > 0 && der.toString('base64') === text ? der : null;
}

/**
 * Reads a certificate from DER. Whatever the bytes are, it returns or throws CertificateError.
 *
 * The layout is SAT's practice: number in the serial as ASCII digits; RFC and the representative's in
 * x500UniqueIdentifier (OID 2.5.4.45), parted by " / "; name in CN, name and O; branch in OU, of CSDs only.
 */
export function parseCertificate(der: Buffer): SatCertificate {
  const x509 = readX509(der);
  const { subject, issuer } = readNames(x509);
  const [rfc = null, representativeRfc = null] = single(subject, 'x500UniqueIdentifier')?.split(' / ') ?? [];
  const branch = single(subject, 'OU');
  const looksLikeFiel = x509.keyUsage?.some((oid) => fielUsages.has(oid)) ?? false;
  return {
    x509,
    sha256: createHash('sha256').update(der).digest('hex'),
    number: certificateNumber(x509.serialNumber),
    rfc: rfc?.trim() || null,
    representativeRfc: representativeRfc?.trim() || null,
    legalName: single(subject, 'CN') ?? single(subject, 'name') ?? single(subject, 'O'),
    branch,
    issuerName: single(issuer, 'CN'),
    ...readValidity(x509),
    use: branch === null ? 'fiel' : 'csd',
    useIsCertain: (branch === null) === looksLikeFiel,
    publicKey: readPublicKey(x509),
  };
}

/** E-mail protection and client authentication: only FIEL certificates carry them. Node calls the extension keyUsage. */
const fielUsages = new Set(['1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.2']);

function readX509(der: Buffer): X509Certificate {
  let x509: X509Certificate;
  try {
    x509 = new X509Certificate(der.subarray(0, maxDerBytes));
  } catch {
    throw new CertificateError('not_a_certificate');
  }
  // OpenSSL takes PEM as well, lengths written otherwise, and anything behind the end; other readers do not.
  if (!x509.raw.equals(der)) throw new CertificateError('not_a_certificate');
  return x509;
}

type Name = ReadonlyMap<string, unknown>;

/** The legacy form gives values unescaped, which the newer strings do not. */
function readNames(x509: X509Certificate): { subject: Name; issuer: Name } {
  const { subject, issuer } = x509.toLegacyObject();
  return { subject: new Map(Object.entries(subject ?? {})), issuer: new Map(Object.entries(issuer ?? {})) };
}

/** An attribute that stands there once and is not empty; one that stands there twice says nothing certain. */
function single(parts: Name, name: string): string | null {
  const value = parts.get(name);
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function certificateNumber(serialHex: string): string | null {
  const digits = Buffer.from(serialHex, 'hex').toString('latin1');
  return /^[0-9]{20}$/.test(digits) ? digits : null;
}

function readValidity(x509: X509Certificate): { notBefore: Date; notAfter: Date } {
  const notBefore = new Date(x509.validFrom);
  const notAfter = new Date(x509.validTo);
  if (Number.isNaN(notBefore.getTime()) || Number.isNaN(notAfter.getTime())) {
    throw new CertificateError('not_a_certificate');
  }
  return { notBefore, notAfter };
}

/** SAT issues RSA of 2048 bits and once did of 1024; a larger key or exponent would only make us slow. */
function readPublicKey(x509: X509Certificate): KeyObject {
  let key: KeyObject;
  try {
    key = x509.publicKey;
  } catch {
    throw new CertificateError('unsupported_key');
  }
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const usable = modulusLength >= 1024 && modulusLength <= 4096 && publicExponent >= 3n && publicExponent < 2n ** 32n;
  if (key.asymmetricKeyType !== 'rsa' || !usable) throw new CertificateError('unsupported_key');
  return key;
}
