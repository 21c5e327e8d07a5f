/**
 * Who certifies documents: one port, several certifiers. The sandbox's is built in and needs no network; those of PACs
 * are external and answer late, twice or not at all.
 */
export type {
  BuiltInCertifier,
  CertificationOutcome,
  Certifier,
  SealedDocument,
  Stamped,
} from './certifier.js';
export {
  type AuthorityStore,
  type DemoCsd,
  SandboxAuthority,
  type StoredAuthority,
} from './sandbox-authority.js';
export { SandboxCertifier, sandboxLegend, sandboxProviderRfc } from './sandbox-certifier.js';
