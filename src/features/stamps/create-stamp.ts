import type { BuiltInCertifier } from '../../core/certifiers/index.js';
import { type CfdiDocument, insertTfd } from '../../core/cfdi/index.js';
import type { CertifiedDocument, StampResult } from '../../core/quota/stamp.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';
import { problem } from '../../problems.js';
import type { Environment } from '../access/index.js';
import type { EmitterStatus } from '../emitters/index.js';
import { type InspectionServices, inspect, type StampOrder } from './inspect.js';

/** What stamping needs of the house. */
export interface StampingServices extends InspectionServices {
  readonly uow: UnitOfWork;
  readonly emitterStatus: (accountId: string, issuerRfc: string) => Promise<EmitterStatus>;
  /** Who stamps in each environment; an environment without one refuses. */
  readonly certifiers: Readonly<Record<Environment, BuiltInCertifier | null>>;
}

/**
 * Stamps a document, or hands over the stamp that it has. Nothing is charged before the document is known to be good;
 * nothing good is lost after it is charged: debit, stamp, document and key are one commit.
 *
 * @throws Problem `invalid_cfdi`, the refusals of `mayStamp`, and those of the quota engine
 */
export async function createStamp(services: StampingServices, order: StampOrder, actor: string): Promise<StampResult> {
  const { document, claim, earlier, violations } = await inspect(services, order);
  if (earlier !== null) return earlier;
  if (violations.length > 0) throw problem('invalid_cfdi', { violations });
  const certifier = await mayStamp(services, order, document);
  const certified = await certify(certifier, document);
  return services.quota.commitStamp({ ...claim, ...certified, actor });
}

/**
 * Who stamps a good document for this account. The balance is asked by the commit alone, which is the one place where
 * the answer cannot be out of date.
 *
 * @throws Problem `no_certifier`, `account_blocked`, `emitter_not_enabled`, `emitter_suspended`
 */
export async function mayStamp(
  { certifiers, emitterStatus }: StampingServices,
  { account }: StampOrder,
  { summary: { issuerRfc } }: CfdiDocument,
): Promise<BuiltInCertifier> {
  const certifier = certifiers[account.environment];
  if (certifier === null)
    throw problem('no_certifier', { params: { environment: account.environment }, retryAfter: 3600 });
  if (account.accountStatus === 'blocked') throw problem('account_blocked');
  const status = await emitterStatus(account.accountId, issuerRfc);
  if (status === 'not_enabled') throw problem('emitter_not_enabled', { params: { issuer_rfc: issuerRfc } });
  if (status === 'suspended') throw problem('emitter_suspended', { params: { issuer_rfc: issuerRfc } });
  return certifier;
}

async function certify(certifier: BuiltInCertifier, document: CfdiDocument): Promise<CertifiedDocument> {
  const { bytes, summary } = document;
  const { tfd } = await certifier.certify({ xml: bytes, sello: summary.sello });
  const { offset, replaced, insertion } = insertTfd(document, tfd);
  return {
    documentKind: summary.kind,
    series: summary.serie,
    folio: summary.folio,
    issuerRfc: summary.issuerRfc,
    receiverRfc: summary.receiverRfc,
    receiverName: summary.receiverName,
    currency: summary.currency,
    total: summary.total,
    fiscalIssuedAt: summary.fecha,
    certifier: certifier.name,
    uuid: tfd.uuid,
    fiscalStampedAt: tfd.fechaTimbrado,
    certifierRfc: tfd.rfcProvCertif,
    certifierSerial: tfd.noCertificadoSat,
    xml: bytes,
    tfd: insertion,
    tfdOffset: offset,
    tfdReplaces: replaced,
  };
}
