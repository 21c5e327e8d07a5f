import type { Violation } from '../../problems.js';
import type { Instants } from '../cfdi/index.js';
import type { CertificateCache } from './cache.js';
import { CertificateError, decodeCertificate, type SatCertificate } from './certificate.js';
import type { TrustStore } from './trust-store.js';

/** What a sealed document says about its issuer's certificate. */
export interface SealingFacts {
  /** The attribute Certificado as it stands there. */
  readonly certificadoBase64: string;
  /** The attribute NoCertificado. */
  readonly noCertificado: string;
  /** The issuer's RFC. */
  readonly issuerRfc: string;
  /** The instants that Fecha can mean at the place of issue; null where it cannot be told. One that fits is enough. */
  readonly fecha: Instants | null;
}

/** XPaths of the attributes, for violations: other kinds of documents name them otherwise. */
export interface IssuerCertificatePaths {
  readonly certificado: string;
  readonly noCertificado: string;
  readonly issuerRfc: string;
  readonly fecha: string;
}

/** Where a CFDI 4.0 has them. */
export const cfdiCertificatePaths: IssuerCertificatePaths = {
  certificado: '/cfdi:Comprobante/@Certificado',
  noCertificado: '/cfdi:Comprobante/@NoCertificado',
  issuerRfc: '/cfdi:Comprobante/cfdi:Emisor/@Rfc',
  fecha: '/cfdi:Comprobante/@Fecha',
};

/**
 * What Anexo 20 and SAT's rules for PACs ask of the certificate that sealed a document: readable and the one named
 * (CFDI40106), issued by a trusted authority (308), a CSD (306), the issuer's (303), in force at Fecha (305). Gives all
 * violations at once; only an unreadable certificate leaves nothing else to say. The certificate comes back for the
 * seal's check, whether or not it has violations. Revocation (304) and obligations (402) are told by SAT's list of
 * taxpayers and are checked where that list is.
 */
export function checkIssuerCertificate(
  facts: SealingFacts,
  { certificates, trust, paths }: { certificates: CertificateCache; trust: TrustStore; paths: IssuerCertificatePaths },
): { certificate: SatCertificate | null; violations: Violation[] } {
  const certificate = readCertificate(facts.certificadoBase64, certificates);
  if (certificate === null) return { certificate, violations: [unreadable(paths)] };
  const violations = [
    checkNumber(certificate, facts, paths),
    checkTrust(certificate, facts, trust, paths),
    checkUse(certificate, paths),
    checkOwner(certificate, facts, paths),
    checkValidity(certificate, facts, paths),
  ];
  return { certificate, violations: violations.filter((violation) => violation !== null) };
}

function readCertificate(base64: string, certificates: CertificateCache): SatCertificate | null {
  const der = decodeCertificate(base64);
  if (der === null) return null;
  try {
    return certificates.read(der);
  } catch (error) {
    if (error instanceof CertificateError) return null;
    throw error;
  }
}

/** The longest piece of a document that a violation quotes. */
const maxQuote = 200;

/** None of these codes has an older name. */
function violation(
  [code, path]: readonly [code: string, path: string],
  [expected, actual]: readonly [expected: string | null, actual: string | null],
  message: Violation['message'],
): Violation {
  return { code, legacy_code: null, path, expected, actual: actual?.slice(0, maxQuote) ?? null, message };
}

function unreadable(paths: IssuerCertificatePaths): Violation {
  return violation(['CFDI40106', paths.certificado], [null, null], {
    en: 'Certificado is not an X.509 certificate with an RSA key, as base64 of DER.',
    es: 'Certificado no es un certificado X.509 con llave RSA, en base64 de DER.',
  });
}

function checkNumber(
  certificate: SatCertificate,
  facts: SealingFacts,
  paths: IssuerCertificatePaths,
): Violation | null {
  if (certificate.number !== null && certificate.number === facts.noCertificado) return null;
  return violation(['CFDI40106', paths.noCertificado], [certificate.number, facts.noCertificado], {
    en: 'NoCertificado is not the number of the certificate in Certificado.',
    es: 'NoCertificado no es el número del certificado contenido en Certificado.',
  });
}

function checkTrust(
  certificate: SatCertificate,
  facts: SealingFacts,
  trust: TrustStore,
  paths: IssuerCertificatePaths,
): Violation | null {
  const { earliest, latest } = facts.fecha ?? { earliest: certificate.notBefore, latest: certificate.notBefore };
  const verdict = trust.verify(certificate, latest);
  if (verdict === 'trusted' || trust.verify(certificate, earliest) === 'trusted') return null;
  const expected = trust.authorityNames().join(', ') || null;
  return violation(['308', paths.certificado], [expected, certificate.issuerName], untrusted[verdict]);
}

const untrusted = {
  unknown_issuer: {
    en: 'The certificate was not issued by a certification authority of SAT.',
    es: 'El certificado no fue expedido por una autoridad certificadora del SAT.',
  },
  issuer_not_in_force: {
    en: 'The certification authority that issued the certificate was not in force at Fecha.',
    es: 'La autoridad certificadora que expidió el certificado no estaba vigente en Fecha.',
  },
};

function checkUse(certificate: SatCertificate, paths: IssuerCertificatePaths): Violation | null {
  if (certificate.use === 'csd') return null;
  return violation(['306', paths.certificado], ['CSD', 'FIEL'], {
    en: 'The certificate is not a digital seal certificate (CSD).',
    es: 'El certificado no es de tipo CSD.',
  });
}

function checkOwner(certificate: SatCertificate, facts: SealingFacts, paths: IssuerCertificatePaths): Violation | null {
  if (certificate.rfc !== null && certificate.rfc === facts.issuerRfc) return null;
  return violation(['303', paths.issuerRfc], [certificate.rfc, facts.issuerRfc], {
    en: "The certificate belongs to another RFC than the issuer's.",
    es: 'El CSD no corresponde al RFC del emisor.',
  });
}

function checkValidity(
  { notBefore, notAfter }: SatCertificate,
  { fecha }: SealingFacts,
  paths: IssuerCertificatePaths,
): Violation | null {
  if (fecha === null || (notBefore <= fecha.latest && fecha.earliest <= notAfter)) return null;
  const period = `${instant(notBefore)} – ${instant(notAfter)}`;
  return violation(['305', paths.fecha], [period, instant(fecha.latest)], {
    en: 'Fecha is outside the period in which the certificate is valid.',
    es: 'Fecha no está dentro de la vigencia del CSD del emisor.',
  });
}

/** UTC to the second, as certificates and Fecha have it. */
function instant(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
