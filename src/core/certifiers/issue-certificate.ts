import { type KeyObject, randomInt, sign } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

const { asn1, pki } = forge;
const signAsync = promisify(sign);

/** One attribute of a name, by its object identifier. */
export type NameAttribute = readonly [oid: string, value: string];

/** Object identifiers of the attributes that SAT's certificates name people by. */
export const nameOids = {
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  name: '2.5.4.41',
  x500UniqueIdentifier: '2.5.4.45',
} as const;

/** What is to be certified. */
export interface CertificateRequest {
  readonly subject: readonly NameAttribute[];
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly authority: boolean;
}

/** Who certifies it: the name and key of an authority; for its own certificate, those of the subject. */
export interface CertificateIssuer {
  readonly name: readonly NameAttribute[];
  readonly privateKey: KeyObject;
}

/**
 * Issues a certificate of SAT's form: the serial is twenty digits in ASCII, the first four "3000" as in all of SAT's
 * test certificates; RSA with SHA-256. The digits are random, so that no counter is needed. node-forge writes the
 * structure; the signature is OpenSSL's, off the event loop, and the key stays a KeyObject.
 */
export async function issueCertificate(request: CertificateRequest, issuer: CertificateIssuer): Promise<Buffer> {
  const certificate = pki.createCertificate();
  certificate.serialNumber = Buffer.from(randomNumber(), 'latin1').toString('hex');
  certificate.publicKey = pki.publicKeyFromPem(request.publicKey.export({ type: 'spki', format: 'pem' }) as string);
  certificate.validity = { notBefore: request.notBefore, notAfter: request.notAfter };
  certificate.setSubject(request.subject.map(toField));
  certificate.setIssuer(issuer.name.map(toField));
  certificate.setExtensions(request.authority ? authorityExtensions : leafExtensions);
  certificate.signatureOid = certificate.siginfo.algorithmOid = pki.oids.sha256WithRSAEncryption as string;
  // Written once with an empty signature for the part that is signed, and once with the signature.
  certificate.signature = '';
  const [toBeSigned] = pki.certificateToAsn1(certificate).value as forge.asn1.Asn1[];
  const signature = await signAsync('sha256', toBuffer(toBeSigned as forge.asn1.Asn1), issuer.privateKey);
  certificate.signature = signature.toString('latin1');
  return toBuffer(pki.certificateToAsn1(certificate));
}

const authorityExtensions = [
  { name: 'basicConstraints', critical: true, cA: true },
  { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
];
/** Those of a CSD, to the letter. */
const leafExtensions = [
  { name: 'basicConstraints', critical: true },
  { name: 'keyUsage', digitalSignature: true, nonRepudiation: true },
];

function randomNumber(): string {
  const eightDigits = () => String(randomInt(100_000_000)).padStart(8, '0');
  return `3000${eightDigits()}${eightDigits()}`;
}

/** UTF8String for every value but the country, whose type X.520 fixes. The package types string tags as classes. */
function toField([type, value]: NameAttribute): forge.pki.CertificateField {
  const tag = type === nameOids.country ? asn1.Type.PRINTABLESTRING : asn1.Type.UTF8;
  return { type, value, valueTagClass: tag as unknown as forge.asn1.Class };
}

function toBuffer(element: forge.asn1.Asn1): Buffer {
  return Buffer.from(asn1.toDer(element).getBytes(), 'latin1');
}
