/** Pages cover a list once and in order, whatever happens meanwhile; a cursor goes with its list only and grants nothing. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { FixedClock } from '../../../src/platform/clock.js';
import { Cursors, type ListRequest } from '../../../src/platform/http/cursors.js';
import { newId } from '../../../src/platform/ids.js';
import { Keyring } from '../../../src/platform/secrets/index.js';
import { testDatabase } from '../../support/database.js';

const cursors = new Cursors(new Keyring([randomBytes(32)]));
const clock = new FixedClock(new Date('2026-03-04T18:00:00Z'));

function request(
  query: ListRequest['query'] & Record<string, unknown>,
  id = 'listThings',
  params: unknown = {},
): ListRequest {
  return { routeOptions: { config: { operation: { id } } }, params, query } as unknown as ListRequest;
}

t.test('pages cover a list once and in order, with equal times and rows that come meanwhile', async (t) => {
  const { prisma } = await testDatabase(t);
  const add = () =>
    prisma.emitter.create({
      data: {
        id: newId(),
        rfc: randomBytes(6).toString('hex'),
        legalName: 'X',
        taxRegime: '601',
        postalCode: '42501',
        createdAt: clock.now(),
        updatedAt: clock.now(),
        customer: { connect: { id: customer.id } },
      },
    });
  const customer = await prisma.customer.create({
    data: {
      id: newId(),
      legalName: 'X',
      rfc: 'EKU9003173C9',
      taxRegime: '601',
      postalCode: '42501',
      createdAt: clock.now(),
      updatedAt: clock.now(),
    },
  });
  for (let at = 0; at < 10; at++) {
    await add();
    // Every third row has the time of the one before.
    if (at % 3 !== 0) clock.advance(1);
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages++) {
    const page = cursors.page(request({ limit: 3, ...(cursor && { cursor }) }));
    const rows = await prisma.emitter.findMany({ where: page.where, orderBy: page.orderBy, take: page.take });
    const { data, page: next } = page.answer(rows, ({ id }) => id);
    seen.push(...data);
    t.equal(next.has_more, next.next_cursor !== null);
    if (next.next_cursor === null) break;
    cursor = next.next_cursor;
    if (pages === 2) await add();
  }
  const all = await prisma.emitter.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  t.same(
    seen,
    all.map(({ id }) => id),
    'each row once, in order, the late one at the end',
  );
});

t.test('a page that is exactly full is known to be the last one', async (t) => {
  const rows = Array.from({ length: 3 }, () => ({ id: newId(), createdAt: clock.now() }));
  const { page } = cursors.page(request({ limit: 3 })).answer(rows, (row) => row);
  t.same(page, { next_cursor: null, has_more: false });
});

t.test('a cursor goes with its operation, path and filters, and with any limit', async (t) => {
  const position = randomBytes(22);
  const own = request({ limit: 3, color: 'red' }, 'listThings', { nic: '1' });
  const cursor = cursors.seal(own, position);
  t.same(cursors.open(request({ limit: 50, color: 'red' }, 'listThings', { nic: '1' }), cursor), position);
  const others = [
    request({ limit: 3, color: 'blue' }, 'listThings', { nic: '1' }),
    request({ limit: 3 }, 'listThings', { nic: '1' }),
    request({ limit: 3, color: 'red', name: 'x' }, 'listThings', { nic: '1' }),
    request({ limit: 3, color: 'red' }, 'listOthers', { nic: '1' }),
    request({ limit: 3, color: 'red' }, 'listThings', { nic: '2' }),
  ];
  for (const other of others) t.throws(() => cursors.open(other, cursor), { code: 'invalid_cursor' });
});

t.test('made up, altered, cut and otherwise written cursors are refused', async (t) => {
  const own = request({ limit: 3 });
  const cursor = cursors.seal(own, randomBytes(22));
  const bytes = Buffer.from(cursor, 'base64url');
  const altered = [...bytes.keys()].map((at) => {
    const copy = Buffer.from(bytes);
    copy[at]! ^= 1;
    return copy.toString('base64url');
  });
  const written = [
    `${cursor}=`,
    ` ${cursor}`,
    bytes.toString('base64'),
    bytes.toString('hex'),
    cursor.slice(0, -1),
    '',
    '.',
  ];
  for (const text of [...altered, ...written.filter((text) => text !== cursor)]) {
    t.throws(() => cursors.open(own, text), { code: 'invalid_cursor' }, text);
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      try {
        cursors.open(own, text);
        return false;
      } catch (error) {
        return (error as { code?: string }).code === 'invalid_cursor';
      }
    }),
  );
});

t.test('another key does not open it', async (t) => {
  const own = request({ limit: 3 });
  const cursor = cursors.seal(own, randomBytes(22));
  const others = new Cursors(new Keyring([randomBytes(32)]));
  t.throws(() => others.open(own, cursor), { code: 'invalid_cursor' });
});
