import type { FastifyInstance } from 'fastify';
import { localTime } from '../../core/cfdi/index.js';
import type { ConsumptionCounter } from '../../platform/db/generated/client.js';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { operation } from '../../platform/http/operation.js';
import { toPublicId } from '../../platform/ids.js';
import { accountOf, type Environment } from '../access/index.js';
import type { StampingAccountServices } from './index.js';
import { accountPath, Consumption, type ConsumptionQuery, consumptionQuery } from './schemas.js';

/**
 * `GET /v1/stamping-accounts/{account_id}/consumption`: the counters that the quota engine keeps in the commit of each
 * stamp, so they are exact at every moment.
 */
export function readConsumption(app: FastifyInstance, { uow, clock, cursors }: StampingAccountServices): void {
  operation(app, {
    id: 'getConsumption',
    method: 'GET',
    path: '/v1/stamping-accounts/:account_id/consumption',
    tag: 'Stamping accounts',
    summary: 'Get the consumption of a stamping account',
    description:
      'How many stamps the account gave: this month, in all, and line by line for each day, issuer and kind of document, ' +
      "oldest first. Days and months are those of Mexico City's calendar. Replays cost nothing and are not counted.",
    params: accountPath,
    query: consumptionQuery,
    success: { status: 200, description: 'The counters.', schema: Consumption, example: exampleConsumption },
    problems: ['invalid_cursor'],
    async handler(request) {
      const { id, customerId, environment } = accountOf(request);
      const { limit, cursor } = request.query;
      const after = cursor === undefined ? null : (JSON.parse(cursors.open(request, cursor).toString()) as Position);
      const today = localTime(clock.now(), 'America/Mexico_City').slice(0, 10);
      const total = (from: Date | null) => uow.read((tx) => countStamps(tx, { accountId: id, customerId }, from));
      const rows = await uow.read((tx) =>
        tx.consumptionCounter.findMany({
          where: { accountId: id, customerId, AND: [filterOf(request.query), after === null ? {} : behind(after)] },
          orderBy: [{ day: 'asc' }, { issuerRfc: 'asc' }, { documentKind: 'asc' }, { result: 'asc' }],
          take: limit + 1,
        }),
      );
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const hasMore = rows.length > limit;
      const next = hasMore && last ? cursors.seal(request, Buffer.from(JSON.stringify(positionOf(last)))) : null;
      return {
        stamping_account_id: toPublicId('sta', id),
        environment: environment as Environment,
        this_month_stamps: await total(new Date(`${today.slice(0, 7)}-01`)),
        all_time_stamps: await total(null),
        lines: { data: shown.map(presentLine), page: { next_cursor: next, has_more: hasMore } },
      };
    },
  });
}

const exampleConsumption = {
  stamping_account_id: 'sta_01jd5nqz4hf8v9x0c2k3m5p7rs',
  environment: 'sandbox' as const,
  this_month_stamps: 41,
  all_time_stamps: 1024,
  lines: {
    data: [
      { day: '2026-03-04', issuer_rfc: 'EKU9003173C9', document_kind: 'I', result: 'stamped' as const, documents: 12 },
    ],
    page: { next_cursor: null, has_more: false },
  },
};

/** The key of a line: where a list goes on. */
type Position = readonly [day: string, issuerRfc: string, documentKind: string, result: string];

const positionOf = ({ day, issuerRfc, documentKind, result }: ConsumptionCounter): Position => [
  day.toISOString().slice(0, 10),
  issuerRfc,
  documentKind,
  result,
];

/** What comes after a line, in the order of the list. */
function behind([dayText, issuerRfc, documentKind, result]: Position) {
  const day = new Date(dayText);
  return {
    OR: [
      { day: { gt: day } },
      { day, issuerRfc: { gt: issuerRfc } },
      { day, issuerRfc, documentKind: { gt: documentKind } },
      { day, issuerRfc, documentKind, result: { gt: result } },
    ],
  };
}

function filterOf({ from, to, issuer_rfc: issuerRfc }: ConsumptionQuery) {
  return {
    day: { ...(from && { gte: new Date(from) }), ...(to && { lte: new Date(to) }) },
    ...(issuerRfc && { issuerRfc }),
  };
}

async function countStamps(tx: Tx, account: { accountId: string; customerId: string }, from: Date | null) {
  const where = { ...account, result: 'stamped', ...(from && { day: { gte: from } }) };
  const { _sum } = await tx.consumptionCounter.aggregate({ where, _sum: { count: true } });
  return Number(_sum.count ?? 0);
}

const presentLine = (row: ConsumptionCounter) => ({
  day: row.day.toISOString().slice(0, 10),
  issuer_rfc: row.issuerRfc,
  document_kind: row.documentKind,
  result: row.result as 'stamped',
  documents: Number(row.count),
});
