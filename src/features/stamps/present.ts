import { applyInsertion } from '../../core/cfdi/index.js';
import type { Stamp, StampResult } from '../../core/quota/stamp.js';
import type { Stamp as StampRow } from '../../platform/db/generated/client.js';
import type { Language } from '../../platform/http/language.js';
import { toPublicId } from '../../platform/ids.js';
import type { StampFields } from './schemas.js';
import type { StampForecast } from './validate-stamp.js';

/** The fields of a posted stamp on the wire, from the engine's stamp or from its row. */
export function presentStamp(stamp: Omit<Stamp, 'xml' | 'tfd' | 'tfdOffset' | 'tfdReplaces'> | StampRow): StampFields {
  return {
    id: toPublicId('stm', stamp.id),
    stamping_account_id: toPublicId('sta', stamp.accountId),
    environment: stamp.environment as StampFields['environment'],
    status: 'posted',
    uuid: posted(stamp.uuid),
    document_kind: stamp.documentKind as StampFields['document_kind'],
    series: stamp.series,
    folio: stamp.folio,
    issuer_rfc: stamp.issuerRfc,
    receiver_rfc: stamp.receiverRfc,
    receiver_name: stamp.receiverName,
    currency: stamp.currency,
    total: stamp.total,
    fiscal_issued_at: stamp.fiscalIssuedAt,
    fiscal_stamped_at: posted(stamp.fiscalStampedAt),
    certifier: stamp.certifier,
    certifier_rfc: posted(stamp.certifierRfc),
    certifier_certificate_number: posted(stamp.certifierSerial),
    idempotency_key: stamp.idempotencyKey,
    created_at: stamp.createdAt.toISOString(),
  };
}

/** A stamp with its document, and what asking for it came to. */
export function presentResult({ stamp, outcome, identical, available }: StampResult) {
  return {
    ...presentStamp(stamp),
    replayed: outcome === 'replayed',
    identical,
    available_stamps: Number(available),
    xml: stampedXml(stamp).toString('utf8'),
    tfd: tfdAlone(stamp.tfd),
  };
}

/** A dry run, worded in the caller's language. */
export function presentForecast({ violations, refusal, earlierStampId }: StampForecast, language: Language) {
  return {
    would_stamp: violations.length === 0 && refusal === null,
    violations: violations.map(({ message, ...rest }) => ({ ...rest, message: message[language] })),
    refusal,
    earlier_stamp_id: earlierStampId === null ? null : toPublicId('stm', earlierStampId),
  };
}

/** The document as it came, with the TFD in its place. */
export function stampedXml(document: Pick<Stamp, 'xml' | 'tfd' | 'tfdOffset' | 'tfdReplaces'>): Buffer {
  const { xml, tfd, tfdOffset, tfdReplaces } = document;
  return applyInsertion(Buffer.from(xml.buffer, xml.byteOffset, xml.byteLength), {
    offset: tfdOffset,
    replaced: tfdReplaces,
    insertion: tfd,
  });
}

/** The TFD without the tags of a Complemento that had to be made for it. */
export function tfdAlone(insertion: string): string {
  return insertion.slice(insertion.indexOf('<tfd:'), insertion.lastIndexOf('/>') + '/>'.length);
}

/** The database guarantees these columns for a posted stamp. */
function posted(value: string | null): string {
  if (value === null) throw new Error('A posted stamp lacks what its certifier said.');
  return value;
}
