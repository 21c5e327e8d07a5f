import { createHash, type X509Certificate } from 'node:crypto';
import type { SatCertificate } from './certificate.js';
import { TrustAnchorError } from './trust-anchors.js';

/** Taxpayer, issuing authority, root: SAT's chains have two authorities. Two more are room enough. */
const maxDepth = 4;

/** SAT's test authorities and our own say so in their name … */
const testAuthorityName = /\b(?:UAT|pruebas|beta|sandbox)\b/i;
/** … but for the root "ARC" of 2010, known by the SHA-256 of its certificate. */
const testAuthorityDigests = new Set(['d50c91d1f13315bf6a06d4463b2d245ea0e536ce7d1cc487fe6a84a2ff5e1dd6']);

/** When every authority of one chain was in force. */
interface Period {
  readonly from: number;
  readonly until: number;
}

/** Why a certificate is trusted or is not. */
export type TrustVerdict = 'trusted' | 'unknown_issuer' | 'issuer_not_in_force';

/**
 * Whom one environment trusts to issue certificates: the authorities that its operator named, and in the sandbox our
 * own. Each of them is trusted for itself; where the store holds the authority above it as well, that one's signature
 * and period count too.
 */
export class TrustStore {
  readonly #anchors: ReadonlyArray<{ certificate: X509Certificate; periods: readonly Period[] }>;
  /** Chains depend on bytes only, so they are found once for each certificate and forgotten with it. */
  readonly #chains = new WeakMap<SatCertificate, readonly Period[]>();

  /** Throws TrustAnchorError for a test authority in production: its keys and pass phrases are public. */
  constructor(environment: 'sandbox' | 'production', anchors: readonly X509Certificate[]) {
    const tests = environment === 'production' ? anchors.filter(isTestAuthority) : [];
    if (tests.length > 0) {
      const names = tests.map((anchor) => commonName(anchor)).join(', ');
      throw new TrustAnchorError(`Production cannot trust an authority for tests: ${names}.`);
    }
    this.#anchors = anchors.map((certificate) => ({ certificate, periods: chainPeriods(certificate, anchors, 1) }));
  }

  /** Whether an authority of the store issued the certificate and was in force at an instant, that of sealing. */
  verify(certificate: SatCertificate, at: Date): TrustVerdict {
    let periods = this.#chains.get(certificate);
    if (periods === undefined) {
      const issuers = this.#anchors.filter((anchor) => isIssuedBy(certificate.x509, anchor.certificate));
      periods = issuers.flatMap((issuer) => issuer.periods);
      this.#chains.set(certificate, periods);
    }
    if (periods.length === 0) return 'unknown_issuer';
    const instant = at.getTime();
    const inForce = periods.some(({ from, until }) => from <= instant && instant <= until);
    return inForce ? 'trusted' : 'issuer_not_in_force';
  }

  /** The names of the authorities, for telling people whom a certificate should come from. */
  authorityNames(): string[] {
    return [...new Set(this.#anchors.map(({ certificate }) => commonName(certificate)))];
  }
}

/** The periods of an authority, each cut down to those of the authorities above it that the store holds. */
function chainPeriods(anchor: X509Certificate, anchors: readonly X509Certificate[], depth: number): Period[] {
  const own = { from: Date.parse(anchor.validFrom), until: Date.parse(anchor.validTo) };
  // A root renewed with its key seems to have issued its older self; nothing is above a root.
  const above = isIssuedBy(anchor, anchor) ? [] : anchors.filter((other) => isIssuedBy(anchor, other));
  if (above.length === 0 || depth === maxDepth) return [own];
  return above
    .flatMap((other) => chainPeriods(other, anchors, depth + 1))
    .map(({ from, until }) => ({ from: Math.max(from, own.from), until: Math.min(until, own.until) }));
}

/** Names and key identifiers fit, and the signature is that authority's. */
function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  try {
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
  } catch {
    return false; // a signature algorithm that OpenSSL does not know
  }
}

function isTestAuthority(anchor: X509Certificate): boolean {
  const digest = createHash('sha256').update(anchor.raw).digest('hex');
  return testAuthorityName.test(commonName(anchor)) || testAuthorityDigests.has(digest);
}

function commonName(certificate: X509Certificate): string {
  return String(new Map(Object.entries(certificate.toLegacyObject().subject ?? {})).get('CN') ?? '');
}
