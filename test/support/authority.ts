import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { issueCertificate, type NameAttribute, nameOids } from '../../src/core/certifiers/issue-certificate.js';

/** An authority made for one test. */
export interface TestAuthority {
  readonly certificate: X509Certificate;
  readonly name: readonly NameAttribute[];
  readonly privateKey: KeyObject;
}

/** A period wide enough for whoever does not test periods. */
export const decade = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2030-01-01T00:00:00Z') };

/** A key pair. */
export function rsaKeys(modulusLength = 2048) {
  return generateKeyPairSync('rsa', { modulusLength });
}

/** An authority: a root, or one below another. */
export async function makeAuthority(
  commonName: string,
  above?: TestAuthority,
  period = decade,
): Promise<TestAuthority> {
  const { publicKey, privateKey } = rsaKeys();
  const name: NameAttribute[] = [[nameOids.commonName, commonName]];
  const issuer = above ?? { name, privateKey };
  const der = await issueCertificate({ subject: name, publicKey, ...period, authority: true }, issuer);
  return { certificate: new X509Certificate(der), name, privateKey };
}

/** What a test wants of a taxpayer's certificate; by default a CSD of EKU9003173C9. */
export interface LeafOptions {
  readonly subject?: readonly NameAttribute[];
  readonly keys?: { publicKey: KeyObject };
  readonly period?: typeof decade;
}

/** The DER of a taxpayer's certificate. */
export function makeLeaf(authority: TestAuthority, options: LeafOptions = {}): Promise<Buffer> {
  const { subject = csdSubject, keys = rsaKeys(), period = decade } = options;
  return issueCertificate({ subject, publicKey: keys.publicKey, ...period, authority: false }, authority);
}

/** As SAT writes it for a company. */
export const csdSubject: readonly NameAttribute[] = [
  [nameOids.commonName, 'ESCUELA KEMPER URGATE SA DE CV'],
  [nameOids.x500UniqueIdentifier, 'EKU9003173C9 / VADA800927DJ3'],
  [nameOids.serialNumber, ' / VADA800927HSRSRL05'],
  [nameOids.organizationalUnit, 'Sucursal 1'],
];
