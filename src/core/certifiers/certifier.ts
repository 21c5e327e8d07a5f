import type { Violation } from '../../problems.js';
import type { Tfd } from '../cfdi/index.js';

/** A sealed document that passed every check of ours. */
export interface SealedDocument {
  /** The bytes as they came. A certifier gets them again unchanged on every attempt: a new seal is a new document. */
  readonly xml: Uint8Array;
  /** The attribute Sello. */
  readonly sello: string;
}

/** The document has its TFD. */
export interface Stamped {
  readonly kind: 'stamped';
  readonly tfd: Tfd;
  /** The certifier had stamped it before and hands out that stamp. */
  readonly replayed: boolean;
}

/** What became of one attempt. Whatever a certifier answers is one of these; it throws for faults of our own only. */
export type CertificationOutcome =
  | Stamped
  /** A final no: nothing was stamped, nothing is charged. */
  | { readonly kind: 'rejected'; readonly violations: readonly Violation[] }
  /** It was sent and nobody knows what became of it: ask, never guess. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** It was not sent. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** The operator's own account with the certifier has no stamps left. */
  | { readonly kind: 'out_of_stamps' }
  /** The certifier refuses the operator's credentials, contract or set-up. */
  | { readonly kind: 'misconfigured'; readonly reason: string };

/** The port. */
export interface Certifier {
  /** Stored with each stamp: `sandbox`, later a PAC's name. */
  readonly name: string;
  /**
   * `built_in`: certifies in this process, so that the debit may follow in the same commit. `external`: calls out, so
   * the reservation is committed as sent before the call, and the outcome settles it in a second transaction.
   */
  readonly kind: 'built_in' | 'external';
  /** Certifies one document, outside any transaction. */
  certify(document: SealedDocument): Promise<CertificationOutcome>;
}

/** A certifier that always stamps what it is given. */
export interface BuiltInCertifier extends Certifier {
  readonly kind: 'built_in';
  certify(document: SealedDocument): Promise<Stamped>;
}
