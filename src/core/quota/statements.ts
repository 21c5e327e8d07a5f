/** The engine's SQL functions as TypeScript sees them. Their rules stand in the migration `quota_engine`. */

import type { Database } from '../../platform/db/database.js';
import { Prisma } from '../../platform/db/generated/client.js';
import { query } from '../../platform/db/query.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';
import { toPublicId } from '../../platform/ids.js';
import type { ProblemCode } from '../../problems.js';
import type { Stamp, StampClaim, StampRequest } from './stamp.js';

/** A request on its way into the database, with the ids that it keeps over every retry. */
export interface PendingStamp {
  id: string;
  eventId: string;
  request: StampRequest;
}

/** The refusals that the functions may return. */
export type RefusalCode = ProblemCode &
  (
    | 'account_blocked'
    | 'idempotency_key_reused'
    | 'insufficient_stamps'
    | 'request_in_progress'
    | 'same_seal_other_document'
    | 'stamped_elsewhere'
  );

/** What `quota_commit_stamps` says of one request. */
export interface CommittedRow {
  outcome: 'stamped' | 'replayed' | 'again' | RefusalCode;
  id: string;
  available: bigint;
}

/** What `quota_find_earlier` says of one question. */
export type EarlierRow = Stamp & { verdict: 'replayed' | RefusalCode; available: bigint };

/**
 * Commits one batch of an account in one statement, which is one transaction. One row for each request, in order.
 *
 * Rows and documents go as bytes, which the driver sends as they are; in an array or in JSON the documents would have to be
 * written as text first.
 */
export async function commitStamps(
  pool: Database['pool'],
  accountId: string,
  now: Date,
  batch: PendingStamp[],
): Promise<CommittedRow[]> {
  const rows: string[] = [];
  const documents: Uint8Array[] = [];
  let offset = 0;
  for (const [n, pending] of batch.entries()) {
    const { xml, tfd } = pending.request;
    const tfdBytes = Buffer.from(tfd);
    rows.push(
      JSON.stringify({ ...encode(pending, n), xml_start: offset, xml_length: xml.length, tfd_length: tfdBytes.length }),
    );
    documents.push(xml, tfdBytes);
    offset += xml.length + tfdBytes.length;
  }
  const statement = Prisma.sql`
    SELECT outcome, id, available FROM quota_commit_stamps(
      ${accountId}::uuid, ${now}::timestamptz, ${Buffer.from(`[${rows.join(',')}]`)}, ${Buffer.concat(documents, offset)})`;
  return query<CommittedRow>(pool, statement);
}

/** A question for `findEarlier` as one text, equal for equal questions. */
export function encodeQuestion(claim: StampClaim): string {
  return JSON.stringify({
    customer_id: claim.customerId,
    account_id: claim.accountId,
    environment: claim.environment,
    operation: claim.operation,
    idempotency_key: claim.idempotencyKey,
    fingerprint: hex(claim.fingerprint),
    attributes_digest: hex(claim.attributesDigest),
  });
}

/** Answers many questions by one statement. Questions without an earlier stamp are missing in the answer. */
export async function findEarlier(unitOfWork: UnitOfWork, questions: string[]): Promise<Map<string, EarlierRow>> {
  // `n` goes in front of what encodeQuestion wrote, so that the objects are not written twice.
  const numbered = questions.map((question, n) => `{"n":${n},${question.slice(1)}`);
  const rows = await unitOfWork.query<EarlierRow & { n: number }>(Prisma.sql`
    SELECT n, verdict, available, id, customer_id AS "customerId", account_id AS "accountId", environment, operation,
      idempotency_key AS "idempotencyKey", fingerprint, attributes_digest AS "attributesDigest",
      content_digest AS "contentDigest", certifier, created_at AS "createdAt", actor, document_kind AS "documentKind",
      series, folio, issuer_rfc AS "issuerRfc", receiver_rfc AS "receiverRfc", receiver_name AS "receiverName", currency,
      total, fiscal_issued_at AS "fiscalIssuedAt", uuid, fiscal_stamped_at AS "fiscalStampedAt",
      certifier_rfc AS "certifierRfc", certifier_serial AS "certifierSerial", xml, tfd, tfd_offset AS "tfdOffset",
      tfd_replaces AS "tfdReplaces"
    FROM quota_find_earlier(${Buffer.from(`[${numbered.join(',')}]`)})`);
  return new Map(rows.map(({ n, ...row }) => [questions[n]!, row]));
}

function encode({ id, eventId, request }: PendingStamp, n: number) {
  return {
    n,
    id,
    event_id: eventId,
    subject: toPublicId('stm', id),
    operation: request.operation,
    idempotency_key: request.idempotencyKey,
    fingerprint: hex(request.fingerprint),
    attributes_digest: hex(request.attributesDigest),
    content_digest: hex(request.contentDigest),
    certifier: request.certifier,
    actor: request.actor,
    document_kind: request.documentKind,
    series: request.series,
    folio: request.folio,
    issuer_rfc: request.issuerRfc,
    receiver_rfc: request.receiverRfc,
    receiver_name: request.receiverName,
    currency: request.currency,
    total: request.total,
    fiscal_issued_at: request.fiscalIssuedAt,
    uuid: request.uuid,
    fiscal_stamped_at: request.fiscalStampedAt,
    certifier_rfc: request.certifierRfc,
    certifier_serial: request.certifierSerial,
    tfd_offset: request.tfdOffset,
    tfd_replaces: request.tfdReplaces,
  };
}

/** Bytes as PostgreSQL reads them from a text. */
function hex(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}
