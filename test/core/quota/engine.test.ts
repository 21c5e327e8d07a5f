import t from 'tap';
import { lockAccounts } from '../../../src/core/ledger/accounts.js';
import { writeEntry } from '../../../src/core/ledger/entries.js';
import { QuotaEngine } from '../../../src/core/quota/engine.js';
import { FixedClock, systemClock } from '../../../src/platform/clock.js';
import { UnitOfWork } from '../../../src/platform/db/unit-of-work.js';
import { newId, toPublicId } from '../../../src/platform/ids.js';
import { checkConservation } from '../../support/conservation.js';
import { testDatabase } from '../../support/database.js';
import { createAccount, sha256, stampRequest, type TestAccount } from '../../support/stamping.js';

const database = await testDatabase(t);
const engine = new QuotaEngine(database, systemClock);

checkConservation(t, database);

t.test('one commit writes the stamp, its document, its entry, its event, its counter and the balance', async (t) => {
  const account = await createAccount(database, 2);
  const at = new Date('2026-03-01T05:59:59.999Z');
  const request = stampRequest(account, `${t.name} 1`, { idempotencyKey: 'k' });
  const { outcome, stamp, identical, available } = await new QuotaEngine(database, new FixedClock(at)).commitStamp(
    request,
  );
  t.match({ outcome, identical, available }, { outcome: 'stamped', identical: true, available: 1n });
  t.same(stamp, { ...request, id: stamp.id, createdAt: at });
  const { accountId, customerId } = account;
  const row = await database.prisma.stamp.findUniqueOrThrow({ where: { id: stamp.id } });
  t.match(row, {
    state: 'posted',
    accountId,
    customerId,
    idempotencyKey: 'k',
    createdAt: at,
    settledAt: at,
    uuid: request.uuid,
  });
  t.same(Buffer.from(row.fingerprint), request.fingerprint);
  const document = await database.prisma.stampDocument.findFirstOrThrow({ where: { stampId: stamp.id } });
  t.same(Buffer.from(document.xml), request.xml);
  t.match(document, { tfd: request.tfd, tfdOffset: 10, tfdReplaces: 0, customerId });
  const entry = await database.prisma.ledgerEntry.findFirstOrThrow({ where: { transferId: stamp.id } });
  t.match(entry, {
    accountId,
    customerId,
    seq: 2n,
    kind: 'stamp',
    availableDelta: -1n,
    consumedDelta: 1n,
    inflowDelta: 0n,
  });
  const event = await database.prisma.event.findFirstOrThrow({ where: { subject: toPublicId('stm', stamp.id) } });
  t.match(event, {
    type: 'stamp.posted',
    customerId,
    environment: 'sandbox',
    actor: 'test',
    data: { uuid: request.uuid },
  });
  const counter = await database.prisma.consumptionCounter.findFirstOrThrow({ where: { accountId } });
  t.match(counter, { issuerRfc: 'EKU9003173C9', documentKind: 'I', result: 'stamped', count: 1n });
  t.equal(counter.day.toISOString().slice(0, 10), '2026-02-28', 'the day is that of Mexico City');
});

t.test('bytes, accents and large documents come back as they went in', async (t) => {
  const account = await createAccount(database, 3);
  const changes = [
    {
      xml: Buffer.from([0, 255, 92, 39, 34, 0]),
      tfd: '<tfd Sello="ñ\\u0000 \\ \'"/>',
      series: 'Ñ"\\',
      receiverName: "O'Ñeil \u{1F9FE}",
    },
    { xml: Buffer.alloc(3_000_000, 'áé'), tfdReplaces: 7 },
    { xml: Buffer.alloc(0), series: null, folio: null, receiverName: null },
  ];
  const requests = changes.map((change, n) => stampRequest(account, `${t.name} ${n}`, change));
  await Promise.all(requests.map((request) => engine.commitStamp(request)));
  for (const request of requests) {
    const { stamp } = (await engine.findEarlier(request))!;
    t.same(Buffer.from(stamp.xml).equals(request.xml), true);
    const { tfd, tfdReplaces, series, folio, receiverName } = request;
    t.match(stamp, { tfd, tfdReplaces, series, folio, receiverName });
  }
});

t.test('the look-up knows key and document, and tells other customers nothing', async (t) => {
  const account = await createAccount(database, 1);
  const request = stampRequest(account, t.name, { idempotencyKey: 'k' });
  t.equal(await engine.findEarlier(request), null);
  const { stamp } = await engine.commitStamp(request);
  const questions = {
    'same key and document': request,
    'the document without a key': { ...request, idempotencyKey: null },
    'the document by another key': { ...request, idempotencyKey: 'other' },
    'the document on another account': { ...request, ...(await createAccount(database, 0, account.customerId)) },
  };
  for (const [name, question] of Object.entries(questions)) {
    const found = await engine.findEarlier(question);
    t.match(found, { outcome: 'replayed', identical: true, available: 0n, stamp: { id: stamp.id } }, name);
  }
  const bytes = { ...request, contentDigest: sha256('another Addenda') };
  t.match(await engine.findEarlier(bytes), { outcome: 'replayed', identical: false });
  const attributes = { ...request, idempotencyKey: null, attributesDigest: sha256('Serie for Folio') };
  await t.rejects(engine.findEarlier(attributes), { code: 'same_seal_other_document', status: 409 });
  const stranger = { ...request, ...(await createAccount(database, 0)) };
  await t.rejects(engine.findEarlier(stranger), { code: 'stamped_elsewhere', options: {} });
  t.equal(
    await engine.findEarlier({ ...request, environment: 'production', accountId: newId() }),
    null,
    'another environment',
  );
});

t.test('a request that the database refuses fails alone', async (t) => {
  const account = await createAccount(database, 10);
  const taken = (await engine.commitStamp(stampRequest(account, `${t.name} taken`))).stamp.uuid;
  const bad = { 2: { receiverName: 'U+0000: \0' }, 4: { uuid: taken } } as Record<number, object>;
  const outcomes = await Promise.allSettled(
    [0, 1, 2, 3, 4, 5].map((n) => engine.commitStamp(stampRequest(account, `${t.name} ${n}`, bad[n]))),
  );
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
  t.equal(await database.prisma.stamp.count({ where: { accountId: account.accountId } }), 5);
});

t.test('a stamp that another flow has under way is not given twice, and one that was released may be', async (t) => {
  const account = await createAccount(database, 2);
  const request = stampRequest(account, t.name, { idempotencyKey: 'k' });
  const id = await reserve(account, request);
  const inProgress = { code: 'request_in_progress', status: 409, options: { retryAfter: 1 } };
  await t.rejects(engine.findEarlier(request), inProgress);
  await t.rejects(engine.commitStamp(request), inProgress);
  await release(account, id);
  t.equal(await engine.findEarlier(request), null);
  t.match(await engine.commitStamp(request), { outcome: 'stamped', available: 1n });
});

t.test('promise 17: drain answers what was accepted', async (t) => {
  const account = await createAccount(database, 500);
  const own = new QuotaEngine(database, systemClock);
  const calls = Array.from({ length: 300 }, (_, n) => own.commitStamp(stampRequest(account, `${t.name} ${n}`)));
  await own.drain();
  const outcomes = await Promise.all(calls);
  t.equal(outcomes.filter(({ outcome }) => outcome === 'stamped').length, 300);
  await t.rejects(own.commitStamp(stampRequest(account, `${t.name} late`)), { code: 'service_unavailable' });
});

/** A stamp as a certifier outside will have it: reserved first. */
async function reserve(account: TestAccount, request: ReturnType<typeof stampRequest>): Promise<string> {
  const id = newId();
  const now = systemClock.now();
  const { xml, tfd, tfdOffset, tfdReplaces, uuid, fiscalStampedAt, certifierRfc, certifierSerial, ...columns } =
    request;
  const digests = {
    fingerprint: Buffer.from(request.fingerprint),
    attributesDigest: Buffer.from(request.attributesDigest),
    contentDigest: Buffer.from(request.contentDigest),
  };
  await new UnitOfWork(database).run(async (tx) => {
    const locked = (await lockAccounts(tx, [account.accountId])).get(account.accountId)!;
    await tx.stamp.create({ data: { ...columns, ...digests, id, state: 'reserved', createdAt: now } });
    const delta = { available: -1n, reserved: 1n, consumed: 0n };
    await writeEntry(tx, { account: locked, delta, transferId: id, kind: 'reserve' }, now);
  });
  return id;
}

async function release(account: TestAccount, id: string): Promise<void> {
  const now = systemClock.now();
  await new UnitOfWork(database).run(async (tx) => {
    const locked = (await lockAccounts(tx, [account.accountId])).get(account.accountId)!;
    await tx.stamp.update({ where: { id }, data: { state: 'released', settledAt: now } });
    const delta = { available: 1n, reserved: -1n, consumed: 0n };
    await writeEntry(tx, { account: locked, delta, transferId: id, kind: 'release' }, now);
  });
}
