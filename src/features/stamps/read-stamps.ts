import type { Prisma, StampDocument, Stamp as StampRow } from '../../platform/db/generated/client.js';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { fault, InvalidRequest } from '../../platform/http/faults.js';
import { fromPublicId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import { accountFor, type Caller, customerFor } from '../access/index.js';
import type { StampQuery } from './schemas.js';

/** The posted stamp of a public id; anything else is the one `not_found`. */
export async function stampFor(tx: Tx, caller: Caller, publicId: string): Promise<StampRow> {
  const id = fromPublicId('stm', publicId);
  const found = id && (await tx.stamp.findFirst({ where: { id, state: 'posted', ...caller.existing } }));
  if (!found) throw problem('not_found');
  caller.mustReach(found.customerId);
  return found;
}

/** A stamp's document, from the partition of its month. */
export function documentOf(tx: Tx, { id, createdAt }: StampRow): Promise<StampDocument> {
  return tx.stampDocument.findUniqueOrThrow({ where: { stampId_createdAt: { stampId: id, createdAt } } });
}

/**
 * The filters of the list as a condition on stamps, on top of what the caller may see. A customer or account that is not
 * the caller's is the one `not_found`.
 */
export async function stampFilter(tx: Tx, caller: Caller, query: StampQuery): Promise<Prisma.StampWhereInput> {
  const { nic, stamping_account_id: account, uuid, created_from: from, created_before: before } = query;
  return {
    state: 'posted',
    ...caller.permitted,
    AND: [
      nic === undefined ? {} : { customerId: (await customerFor(tx, caller, nic)).id },
      account === undefined ? {} : { accountId: (await accountFor(tx, caller, account)).id },
      uuid === undefined ? {} : { uuid: { in: [uuid.toLowerCase(), uuid.toUpperCase()] } },
    ],
    ...given('environment', query.environment),
    ...given('issuerRfc', query.issuer_rfc),
    ...given('receiverRfc', query.receiver_rfc),
    ...given('documentKind', query.document_kind),
    ...given('series', query.series),
    ...given('folio', query.folio),
    ...given('idempotencyKey', query.idempotency_key),
    createdAt: {
      ...given('gte', instantOf('created_from', from)),
      ...given('lt', instantOf('created_before', before)),
    },
  };
}

/**
 * An instant of the query. RFC 3339 writes some that neither JavaScript nor the database can tell: leap seconds, year 0.
 *
 * @throws InvalidRequest
 */
function instantOf(name: string, value: string | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const instant = new Date(value);
  const year = instant.getUTCFullYear();
  if (year >= 1 && year <= 9999) return instant;
  throw new InvalidRequest('query', [fault(`/query/${name}`, 'format', { format: 'date-time' })]);
}

/** `{ name: value }`, or nothing where no value was given. */
function given<Name extends string, Value>(name: Name, value: Value | undefined) {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}
