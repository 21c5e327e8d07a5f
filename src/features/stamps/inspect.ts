import {
  type CertificateCache,
  cfdiCertificatePaths,
  checkIssuerCertificate,
  type TrustStore,
} from '../../core/certificates/index.js';
import {
  type CfdiDocument,
  checkDates,
  checkKeys,
  checkPriorStamp,
  issueInstants,
  readDocument,
  verifySeal,
} from '../../core/cfdi/index.js';
import type { QuotaEngine } from '../../core/quota/engine.js';
import type { StampClaim, StampResult } from '../../core/quota/stamp.js';
import type { Clock } from '../../platform/clock.js';
import { problem, type Violation } from '../../problems.js';
import type { AccountPrincipal, Environment } from '../access/index.js';

/** What an inspection needs of the house. */
export interface InspectionServices {
  readonly quota: QuotaEngine;
  readonly certificates: CertificateCache;
  /** Whose certificates count, in each environment. */
  readonly trust: Readonly<Record<Environment, TrustStore>>;
  readonly clock: Clock;
}

/** A document that somebody wants stamped. */
export interface StampOrder {
  readonly account: AccountPrincipal;
  /** As it came. */
  readonly bytes: Buffer;
  readonly idempotencyKey: string | null;
}

/** What there is to know of a well-formed document before anybody is asked to pay. */
export interface Inspection {
  readonly document: CfdiDocument;
  readonly claim: StampClaim;
  /** The stamp that this key or this document has already; then `violations` does not count. */
  readonly earlier: StampResult | null;
  readonly violations: readonly Violation[];
}

/**
 * Reads and checks a document. The look-up of an earlier stamp comes before every rule that time or circumstances could
 * change (dates, prior stamp): a stamp once given is handed out for ever. It needs a good seal under a good certificate,
 * which is judged as of Fecha: anybody can seal a guessed document with a certificate of their own making, and would
 * learn whether it was stamped, here or elsewhere.
 *
 * @throws Problem `invalid_cfdi` for a document that is not well-formed, and the refusals of `QuotaEngine.findEarlier`
 */
export async function inspect(services: InspectionServices, order: StampOrder): Promise<Inspection> {
  const read = readDocument(order.bytes);
  if (!read.ok) throw problem('invalid_cfdi', { violations: read.violations });
  const { document } = read;
  const claim = claimOf(order, document);
  const issuer = checkIssuer(services, order.account.environment, document);
  const seal = issuer.certificate && verifySeal(document, issuer.certificate.publicKey);
  const sealed = issuer.certificate !== null && issuer.violations.length === 0 && seal === null;
  const earlier = sealed ? await services.quota.findEarlier(claim) : null;
  if (earlier !== null) return { document, claim, earlier, violations: [] };
  const violations = [
    ...issuer.violations,
    seal,
    ...checkKeys(document),
    ...checkDates(document, services.clock.now()),
    checkPriorStamp(document),
  ].filter((violation) => violation !== null);
  return { document, claim, earlier, violations };
}

function checkIssuer({ certificates, trust }: InspectionServices, environment: Environment, document: CfdiDocument) {
  const { certificado, noCertificado, issuerRfc } = document.summary;
  const fecha = issueInstants(document);
  return checkIssuerCertificate(
    { certificadoBase64: certificado, noCertificado, issuerRfc, fecha },
    { certificates, trust: trust[environment], paths: cfdiCertificatePaths },
  );
}

function claimOf({ account, idempotencyKey }: StampOrder, { digests }: CfdiDocument): StampClaim {
  return {
    customerId: account.customerId,
    accountId: account.accountId,
    environment: account.environment,
    operation: 'stamp',
    idempotencyKey,
    fingerprint: digests.fingerprint,
    attributesDigest: digests.attributes,
    contentDigest: digests.content,
  };
}
