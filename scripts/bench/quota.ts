/**
 * One hot account, 64 callers: stamps committed a second by the engine, as a multiple of the same rows written by one
 * interactive transaction each. Both check that the account adds up afterwards.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { QuotaEngine } from '../../src/core/quota/engine.js';
import type { StampRequest } from '../../src/core/quota/stamp.js';
import { systemClock } from '../../src/platform/clock.js';
import { type Database, openDatabase } from '../../src/platform/db/database.js';
import { newId, toPublicId } from '../../src/platform/ids.js';
import { testDatabaseUrl } from '../../test/support/database.js';
import { createAccount, stampRequest, type TestAccount } from '../../test/support/stamping.js';

const callers = 64;
const seconds = 6;
const stamps = 1_000_000_000;
/** A CFDI of one line has 4 to 5 kB, a TFD 1.1 kB. Random text inside, so that the database cannot compress it away. */
const xml = Buffer.from(
  `<cfdi:Comprobante>${randomBytes(1_600).toString('hex')}${' '.repeat(1_200)}</cfdi:Comprobante>`,
);
const tfd = `<tfd:TimbreFiscalDigital ${randomBytes(520).toString('base64')}/>`;

interface Measured {
  perSecond: number;
  stamps: number;
  perCommit: number;
  cpuMicroseconds: number;
  p50: number;
  p99: number;
}

const teardowns: (() => unknown)[] = [];
const server = process.env.TEST_DATABASE_URL;
if (!server) throw new Error('Run this bench as `npm run bench -- quota`.');
const url = await testDatabaseUrl({ teardown: (run) => teardowns.unshift(run) }, server);
const database = await openDatabase({ url });
try {
  await report(database);
} finally {
  await database.close();
  for (const run of teardowns) await run();
}

async function report(on: Database): Promise<void> {
  const engine = new QuotaEngine(on, systemClock);
  const interactive = await measure(on, (request) => stampInteractively(on, request));
  const grouped = await measure(on, (request) => engine.commitStamp(request));
  console.log(`${(grouped.perSecond / interactive.perSecond).toFixed(1)}× the interactive transaction`);
  print('engine', grouped);
  print('one interactive transaction each', interactive);
}

function print(name: string, { perSecond, perCommit, cpuMicroseconds, p50, p99, stamps: count }: Measured): void {
  console.log(
    `${name}: ${perSecond.toFixed(0)} stamps/s, ${perCommit.toFixed(1)} a commit, ${cpuMicroseconds.toFixed(0)} µs CPU of this process each, ` +
      `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${count} stamps, conserved)`,
  );
}

/** Lets 64 callers stamp one account, one document after the other each, and checks the account. */
async function measure(on: Database, stamp: (request: StampRequest) => Promise<unknown>): Promise<Measured> {
  const account = await createAccount(on, stamps);
  const document = stampRequest(account, '', { xml, tfd });
  let running = true;
  let latencies: number[] = [];
  const call = async () => {
    while (running) {
      const start = performance.now();
      await stamp(another(document));
      latencies.push(performance.now() - start);
    }
  };
  const calls = Array.from({ length: callers }, call);
  await sleep(1_000);
  latencies = [];
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  await sleep(seconds * 1_000);
  const [elapsed, used] = [performance.now() - start, process.cpuUsage(cpu)];
  const measured = latencies.sort((a, b) => a - b);
  latencies = [];
  running = false;
  await Promise.all(calls);
  const { total, commits } = await check(on, account);
  return {
    perSecond: (measured.length / elapsed) * 1_000,
    stamps: measured.length,
    perCommit: total / commits,
    cpuMicroseconds: (used.user + used.system) / measured.length,
    p50: measured[Math.floor(measured.length * 0.5)]!,
    p99: measured[Math.floor(measured.length * 0.99)]!,
  };
}

/** Another document of the same size, made in microseconds, so that this process' time is that of what is measured. */
function another(document: StampRequest): StampRequest {
  const digest = randomBytes(32);
  const digests = { fingerprint: digest, attributesDigest: digest, contentDigest: digest };
  return { ...document, ...digests, idempotencyKey: randomUUID(), uuid: randomUUID() };
}

/** The work of the engine as one would write it without it. */
async function stampInteractively(on: Database, one: StampRequest): Promise<void> {
  await on.prisma.$transaction(
    async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM ledger_account WHERE id = ${one.accountId}::uuid FOR UPDATE`;
      const { accountId, customerId, environment } = one;
      const account = await tx.ledgerAccount.findUniqueOrThrow({
        where: { id: accountId },
        include: { stamping: true },
      });
      if (account.stamping?.status !== 'active' || account.available < 1n) throw new Error('refused');
      const key = { accountId, operation: one.operation, idempotencyKey: one.idempotencyKey };
      const earlier = await tx.stamp.findFirst({
        where: { state: { not: 'released' }, OR: [key, { environment, fingerprint: Buffer.from(one.fingerprint) }] },
      });
      if (earlier) throw new Error('known');
      const id = newId();
      const createdAt = systemClock.now();
      const { xml: bytes, tfd: text, tfdOffset, tfdReplaces, ...columns } = one;
      const row = { ...columns, id, createdAt, settledAt: createdAt, state: 'posted' };
      await tx.stamp.create({
        data: {
          ...row,
          fingerprint: Buffer.from(one.fingerprint),
          attributesDigest: Buffer.from(one.attributesDigest),
          contentDigest: Buffer.from(one.contentDigest),
        },
      });
      await tx.stampDocument.create({
        data: { stampId: id, createdAt, customerId, xml: Buffer.from(bytes), tfd: text, tfdOffset, tfdReplaces },
      });
      const seq = account.seq + 1n;
      const deltas = { availableDelta: -1n, reservedDelta: 0n, consumedDelta: 1n, inflowDelta: 0n };
      await tx.ledgerEntry.create({
        data: { accountId, seq, customerId, createdAt, transferId: id, kind: 'stamp', ...deltas },
      });
      const data = { uuid: one.uuid, issuer_rfc: one.issuerRfc };
      const event = { type: 'stamp.posted', subject: toPublicId('stm', id), actor: one.actor, data };
      await tx.event.create({ data: { id: newId(), createdAt, customerId, environment, ...event } });
      await tx.$executeRaw`
        INSERT INTO consumption_counter AS c (account_id, day, issuer_rfc, document_kind, result, customer_id, environment, count)
        VALUES (${accountId}::uuid, (${createdAt}::timestamptz AT TIME ZONE 'America/Mexico_City')::date, ${one.issuerRfc},
          ${one.documentKind}, 'stamped', ${customerId}::uuid, ${environment}, 1)
        ON CONFLICT (account_id, day, issuer_rfc, document_kind, result) DO UPDATE SET count = c.count + 1`;
      await tx.ledgerAccount.update({
        where: { id: accountId },
        data: { available: { decrement: 1 }, consumed: { increment: 1 }, seq },
      });
    },
    { maxWait: 60_000, timeout: 60_000 },
  );
}

/** The account adds up; one commit writes all its rows under one transaction id, so counting those counts commits. */
async function check(on: Database, { accountId }: TestAccount): Promise<{ total: number; commits: number }> {
  const { available, consumed } = await on.prisma.ledgerAccount.findUniqueOrThrow({ where: { id: accountId } });
  const { rows } = await on.pool.query<{ total: number; commits: number }>(
    'SELECT count(*)::int AS total, count(DISTINCT xmin::text)::int AS commits FROM stamp WHERE account_id = $1',
    [accountId],
  );
  const counted = rows[0]!;
  if (BigInt(counted.total) !== consumed || available + consumed !== BigInt(stamps))
    throw new Error('The account does not add up.');
  return counted;
}
