/**
 * `POST /v1/stamps` as a client has it: the built server in a process of its own, the sandbox's certifier, 64 kept
 * connections, documents of eight concepts that were sealed before the clock started. One hot account and 1,000 accounts
 * take turns, so that whatever else the machine does falls on both.
 *
 * The yardstick is RSA-2048, measured in the same run: each stamp holds one signature, so a stamp cannot cost less.
 * Server, callers and database share the machine's cores. CPU time of the server is user and system time of its process
 * with all its threads, as Linux counts it in /proc.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import { promisify } from 'node:util';
import { audit } from '../../src/core/ledger/audit.js';
import { Installation } from '../../test/support/installation.js';
import { ServerProcess } from '../../test/support/server-process.js';
import type { Stamper } from '../../test/support/stampers.js';

const callers = 64;
const accounts = 1_000;
/** Until most of what runs is compiled for good: before, the compiler takes a seventh of the server's CPU time. */
const warmUp = 5_000;
const turns = 5;
const stampsPerTurn = 1_000;
/** Hundredths of a second: what Linux counts CPU time in, on every platform that Node runs on. */
const tickMicroseconds = 10_000;

interface Measured {
  stamps: number;
  seconds: number;
  /** Of the server. */
  cpuMicroseconds: number;
  /** Milliseconds. */
  latencies: number[];
}

interface Signatures {
  perSecond: number;
  cpuMicroseconds: number;
}

const signAsync = promisify(sign);
const teardowns: (() => unknown)[] = [];
try {
  await bench({ teardown: (run) => teardowns.unshift(run) });
} finally {
  for (const run of teardowns) await run();
}

async function bench(t: { teardown(run: () => unknown): unknown }): Promise<void> {
  if (!process.env.TEST_DATABASE_URL) throw new Error('Run this bench as `npm run bench -- stamps`.');
  const installation = await Installation.make(t, { accounts: 1 + accounts });
  const [hot, ...others] = installation.stampers as [Stamper, ...Stamper[]];
  const documents = Array.from({ length: warmUp + 2 * turns * stampsPerTurn }, () =>
    installation.cfdi({ concepts: 8 }),
  );
  const next = (count: number) => documents.splice(0, count);
  const bytes = documents[0]!.length;

  const server = await ServerProcess.start(t, { ...installation.env, LOG_LEVEL: 'info' }, ['dist/server.js']);
  await stampAll(server, others, next(warmUp));
  const signatures: Signatures[] = [];
  const [onHot, onOthers] = [nothing(), nothing()];
  for (let turn = 0; turn < turns; turn++) {
    signatures.push(await measureSignatures());
    add(onHot, await stampAll(server, [hot], next(stampsPerTurn)));
    add(onOthers, await stampAll(server, others, next(stampsPerTurn)));
  }
  if ((await server.stop()) !== 0) throw new Error('The server did not stop well.');
  await check(installation, warmUp + 2 * turns * stampsPerTurn);
  report(onHot, onOthers, average(signatures), bytes);
}

/** Sends each document once, by 64 callers that take turns on the accounts. */
async function stampAll(server: ServerProcess, stampers: readonly Stamper[], documents: Buffer[]): Promise<Measured> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: callers });
  const url = `${server.origin}/v1/stamps`;
  const latencies: number[] = [];
  let taken = 0;
  const call = async () => {
    for (let n = taken++; n < documents.length; n = taken++) {
      const start = performance.now();
      await stampOne(url, agent, stampers[n % stampers.length]!, documents[n]!);
      latencies.push(performance.now() - start);
    }
  };
  const [cpu, start] = [cpuOf(server), performance.now()];
  await Promise.all(Array.from({ length: callers }, call));
  const seconds = (performance.now() - start) / 1_000;
  agent.destroy();
  return { stamps: documents.length, seconds, cpuMicroseconds: cpuOf(server) - cpu, latencies };
}

function stampOne(url: string, agent: http.Agent, { authorization }: Stamper, xml: Buffer): Promise<void> {
  const headers = { authorization, 'content-type': 'application/xml', 'content-length': xml.length };
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      if (response.statusCode !== 201) reject(new Error(`A document was answered ${response.statusCode}.`));
      response.resume().once('end', resolve).once('error', reject);
    });
    request.once('error', reject).end(xml);
  });
}

/** CPU time of a process so far, in microseconds: utime and stime of proc(5), behind the name in parentheses. */
function cpuOf({ process: { pid } }: ServerProcess): number {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMicroseconds;
}

/** RSA-2048 signatures by every core, as fast as they go. */
async function measureSignatures(): Promise<Signatures> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const data = Buffer.alloc(1_000);
  const end = performance.now() + 1_000;
  let count = 0;
  const signOn = async () => {
    for (; performance.now() < end; count++) await signAsync('sha256', data, privateKey);
  };
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  await Promise.all(Array.from({ length: 16 }, signOn));
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (count / (performance.now() - start)) * 1_000, cpuMicroseconds: (user + system) / count };
}

/** Everything adds up, and every document was charged. */
async function check(installation: Installation, stamps: number): Promise<void> {
  await installation.withDatabase(async (database) => {
    for await (const { field } of audit(database.pool)) throw new Error(`The ledger does not add up: ${field}`);
    const { _sum: sum } = await database.prisma.ledgerAccount.aggregate({ _sum: { consumed: true } });
    if (sum.consumed !== BigInt(stamps)) throw new Error(`${sum.consumed} stamps were charged, ${stamps} given.`);
  });
}

function report(hot: Measured, others: Measured, signatures: Signatures, bytes: number): void {
  const perSecond = ({ stamps, seconds }: Measured) => stamps / seconds;
  const cpu = ({ stamps, cpuMicroseconds }: Measured) => cpuMicroseconds / stamps;
  const share = (value: number) => value.toFixed(2);
  const line = (name: string, measured: Measured) => {
    const sorted = measured.latencies.sort((a, b) => a - b);
    const [p50, p99] = [0.5, 0.99].map((part) => sorted[Math.floor(sorted.length * part)]!.toFixed(0));
    console.log(
      `${name}: ${perSecond(measured).toFixed(0)} stamps/s, ${cpu(measured).toFixed(0)} µs CPU of the server each, p50 ${p50} ms, p99 ${p99} ms`,
    );
  };
  console.log(`${share(perSecond(hot) / perSecond(others))}× the rate over ${accounts} accounts, on one hot account`);
  console.log(`${share(perSecond(hot) / signatures.perSecond)}× the rate of RSA-2048 signatures on the same cores`);
  console.log(
    `${share(cpu(hot) / signatures.cpuMicroseconds)}× (hot) and ${share(cpu(others) / signatures.cpuMicroseconds)}× ` +
      `(${accounts} accounts) the CPU time of one RSA-2048 signature, per stamp, in the server`,
  );
  line('one hot account', hot);
  line(`${accounts} accounts`, others);
  const { perSecond: rate, cpuMicroseconds } = signatures;
  console.log(`RSA-2048: ${rate.toFixed(0)} signatures/s, ${cpuMicroseconds.toFixed(0)} µs CPU each`);
  console.log(`${hot.stamps + others.stamps} documents of ${bytes} bytes, ${callers} callers, conserved`);
}

function nothing(): Measured {
  return { stamps: 0, seconds: 0, cpuMicroseconds: 0, latencies: [] };
}

function add(to: Measured, more: Measured): void {
  to.stamps += more.stamps;
  to.seconds += more.seconds;
  to.cpuMicroseconds += more.cpuMicroseconds;
  to.latencies.push(...more.latencies);
}

function average(all: Signatures[]): Signatures {
  const mean = (key: keyof Signatures) => all.reduce((sum, one) => sum + one[key], 0) / all.length;
  return { perSecond: mean('perSecond'), cpuMicroseconds: mean('cpuMicroseconds') };
}
