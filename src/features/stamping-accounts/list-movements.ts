import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.js';
import { exampleList } from '../../platform/http/schemas.js';
import { accountOf } from '../access/index.js';
import { exampleMovement } from './examples.js';
import type { StampingAccountServices } from './index.js';
import { presentMovement } from './present.js';
import { accountPath, MovementList, pageOnly } from './schemas.js';

/** `GET /v1/stamping-accounts/{account_id}/movements`: every change of the balance, in the order of the commits. */
export function listMovements(app: FastifyInstance, { uow, cursors }: StampingAccountServices): void {
  operation(app, {
    id: 'listMovements',
    method: 'GET',
    path: '/v1/stamping-accounts/:account_id/movements',
    tag: 'Stamping accounts',
    summary: 'List the movements of a stamping account',
    description:
      'Every change of the balance, oldest first and in the order in which they took effect. The changes up to a line add ' +
      'up to the balance after it.',
    params: accountPath,
    query: pageOnly,
    success: {
      status: 200,
      description: 'One page of movements.',
      schema: MovementList,
      example: exampleList(exampleMovement),
    },
    problems: ['invalid_cursor'],
    async handler(request) {
      const { id: accountId, customerId } = accountOf(request);
      const { limit, cursor } = request.query;
      const after = cursor === undefined ? 0n : cursors.open(request, cursor).readBigInt64BE();
      const where = { accountId, customerId, seq: { gt: after } };
      const rows = await uow.read((tx) => tx.ledgerEntry.findMany({ where, orderBy: { seq: 'asc' }, take: limit + 1 }));
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const hasMore = rows.length > limit;
      const next = hasMore && last ? cursors.seal(request, positionBytes(last.seq)) : null;
      return { data: shown.map(presentMovement), page: { next_cursor: next, has_more: hasMore } };
    },
  });
}

function positionBytes(seq: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(seq);
  return bytes;
}
