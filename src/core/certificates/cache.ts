import { createHash } from 'node:crypto';
import { parseCertificate, type SatCertificate } from './certificate.js';

/** A busy day of a PAC sees some thousand issuers; an entry takes about 10 KB. */
const defaultLimit = 4096;

/**
 * Certificates already read, by the SHA-256 of their bytes, the least recently used given up first. A digest names the
 * bytes, so an entry can never be stale; what time and lists say about a certificate is not kept here.
 */
export class CertificateCache {
  /** A Map keeps the order of insertion: the first key is the one not used for longest. */
  readonly #entries = new Map<string, SatCertificate>();

  constructor(private readonly limit = defaultLimit) {}

  /** How many certificates it holds now. */
  get size(): number {
    return this.#entries.size;
  }

  /** Reads DER, or gives what it read before: the same object. Throws CertificateError; faults are not kept. */
  read(der: Buffer): SatCertificate {
    const sha256 = createHash('sha256').update(der).digest('hex');
    const known = this.#entries.get(sha256);
    if (known !== undefined) this.#entries.delete(sha256);
    const certificate = known ?? parseCertificate(der);
    this.#entries.set(sha256, certificate);
    if (this.#entries.size > this.limit) this.#dropOldest();
    return certificate;
  }

  #dropOldest(): void {
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
