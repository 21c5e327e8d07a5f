/**
 * Certificates of SAT: reading them, whom to trust for them in which environment, what a document's issuer certificate
 * must be, and opening the private keys that belong to them. Pure but for the loader of trust anchors.
 */
export { CertificateCache } from './cache.js';
export {
  CertificateError,
  type CertificateFault,
  decodeCertificate,
  parseCertificate,
  type SatCertificate,
} from './certificate.js';
export {
  cfdiCertificatePaths,
  checkIssuerCertificate,
  type IssuerCertificatePaths,
  type SealingFacts,
} from './issuer-check.js';
export { isKeyPair, openPrivateKey, PrivateKeyError, type PrivateKeyFault } from './private-key.js';
export { loadTrustAnchors, TrustAnchorError } from './trust-anchors.js';
export { TrustStore, type TrustVerdict } from './trust-store.js';
