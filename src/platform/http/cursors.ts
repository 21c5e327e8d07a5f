import type { FastifyRequest } from 'fastify';
import { problem } from '../../problems.js';
import type { Keyring } from '../secrets/index.js';
import { canonicalJson } from './canonical-json.js';

/** A request of a list, its query as `pageQuery` has it. */
export interface ListRequest extends Pick<FastifyRequest, 'routeOptions'> {
  readonly params: unknown;
  readonly query: { readonly limit: number; readonly cursor?: string };
}

/** What every listed row has. */
interface Row {
  readonly id: string;
  readonly createdAt: Date;
}

const macBytes = 32;

/**
 * Cursors of lists. A cursor names the last row that was seen and carries no authority: the query that goes on from it
 * is limited to what the caller may see, like any other. Its MAC covers the operation, the path and the filters too, so
 * it cannot be made up, altered, or used with another list.
 */
export class Cursors {
  constructor(private readonly keyring: Pick<Keyring, 'hmac' | 'hmacMatches'>) {}

  /**
   * The page that a request asks for, in the order (created_at, id). Give `where`, `orderBy` and `take` to the query and
   * its rows to `answer`.
   *
   * @throws Problem `invalid_cursor` (400)
   */
  page(request: ListRequest): Page {
    const { limit, cursor } = request.query;
    const last = cursor === undefined ? null : positionOf(this.open(request, cursor));
    return new Page(limit, last, (row) => this.seal(request, positionBytes(row)));
  }

  /** An opaque cursor around any position in this list. */
  seal(request: ListRequest, position: Uint8Array): string {
    const mac = this.keyring.hmac('cursor', covered(request, position));
    return Buffer.concat([position, mac]).toString('base64url');
  }

  /** The position in a cursor that was sealed for this list. Throws `invalid_cursor` for any other text. */
  open(request: ListRequest, cursor: string): Buffer {
    const bytes = Buffer.from(cursor, 'base64url');
    const position = bytes.subarray(0, -macBytes);
    // Decoding skips what is not base64url; only the one way of writing a cursor is accepted.
    const wellFormed = bytes.length > macBytes && bytes.toString('base64url') === cursor;
    const mac = bytes.subarray(-macBytes);
    if (!wellFormed || !this.keyring.hmacMatches('cursor', covered(request, position), mac)) {
      throw problem('invalid_cursor');
    }
    return position;
  }
}

/** One page of a list, before and after its query. */
export class Page {
  /** Oldest first; the id decides between rows of one millisecond. */
  readonly orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] = [{ createdAt: 'asc' }, { id: 'asc' }];
  /** One row more than the page holds tells whether there is a next one. */
  readonly take: number;
  /** What comes after the last row seen. */
  readonly where: {
    AND?: [{ createdAt: { gte: Date } }, { OR: [{ createdAt: { gt: Date } }, { id: { gt: string } }] }];
  };

  constructor(
    private readonly limit: number,
    last: Row | null,
    private readonly cursorAt: (row: Row) => string,
  ) {
    this.take = limit + 1;
    // The first condition is implied by the second; the database finds the start of the range in its index by it.
    this.where = last
      ? {
          AND: [
            { createdAt: { gte: last.createdAt } },
            { OR: [{ createdAt: { gt: last.createdAt } }, { id: { gt: last.id } }] },
          ],
        }
      : {};
  }

  /** The list's answer from the rows of the query. */
  answer<Found extends Row, Item>(rows: readonly Found[], present: (row: Found) => Item) {
    const shown = rows.slice(0, this.limit);
    const last = shown.at(-1);
    const hasMore = rows.length > this.limit;
    return {
      data: shown.map(present),
      page: { next_cursor: hasMore && last ? this.cursorAt(last) : null, has_more: hasMore },
    };
  }
}

/** What a cursor is good for: this list, with these filters, from this position. */
function covered({ routeOptions, params, query }: ListRequest, position: Uint8Array): string {
  const { limit: _limit, cursor: _cursor, ...filters } = query;
  const place = Buffer.from(position).toString('base64url');
  return canonicalJson([routeOptions.config.operation?.id ?? null, params, filters, place]);
}

/** Milliseconds in 6 bytes, then the UUID in 16. */
function positionBytes({ createdAt, id }: Row): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUIntBE(createdAt.getTime(), 0, 6);
  bytes.write(id.replaceAll('-', ''), 6, 'hex');
  return bytes;
}

function positionOf(bytes: Buffer): Row {
  const hex = bytes.toString('hex', 6);
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return { createdAt: new Date(bytes.readUIntBE(0, 6)), id };
}
