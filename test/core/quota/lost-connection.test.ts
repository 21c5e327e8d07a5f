/** What the engine makes of a server that hangs up or lets it wait. Needs connections, so an embedded database skips it. */
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { QuotaEngine } from '../../../src/core/quota/engine.js';
import { systemClock } from '../../../src/platform/clock.js';
import { type Database, openDatabase } from '../../../src/platform/db/database.js';
import { assertConserved } from '../../support/conservation.js';
import { testDatabaseUrl, testServerUrl } from '../../support/database.js';
import { createAccount, stampRequest, type TestAccount } from '../../support/stamping.js';

const needsServer = { skip: testServerUrl ? false : 'needs a server' };

/** A database of its own for each test, and an engine on it. */
async function setUp(t: Test) {
  const url = await testDatabaseUrl(t, testServerUrl!);
  const database = await openDatabase({ url });
  t.teardown(() => database.close());
  return { url, database, engine: new QuotaEngine(database, systemClock), account: await createAccount(database, 10) };
}

/** Holds an account's lock until the returned function is called. */
async function holdLock(database: Database, { accountId }: TestAccount): Promise<() => Promise<void>> {
  const holder = await database.pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM ledger_account WHERE id = $1 FOR UPDATE', [accountId]);
  return async () => {
    await holder.query('COMMIT');
    holder.release();
  };
}

/** Process id of the batch that waits for a lock. */
async function waitingBatch(database: Database): Promise<number> {
  const query = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%quota_commit%'`;
  for (;;) {
    const { rows } = await database.pool.query<{ pid: number }>(query);
    if (rows[0]) return rows[0].pid;
    await sleep(5);
  }
}

const stampAll = (on: QuotaEngine, account: TestAccount, name: string) =>
  Array.from({ length: 5 }, (_, n) =>
    on.commitStamp(stampRequest(account, `${name} ${n}`, { idempotencyKey: `${n}` })),
  );

t.test('a backend that is terminated in the midst of a batch costs nobody an answer', needsServer, async (t) => {
  const { database, engine, account } = await setUp(t);
  const letGo = await holdLock(database, account);
  const calls = stampAll(engine, account, t.name);
  for (let kill = 0; kill < 2; kill++)
    await database.pool.query('SELECT pg_terminate_backend($1)', [await waitingBatch(database)]);
  await waitingBatch(database);
  await letGo();
  t.same(
    (await Promise.all(calls)).map(({ outcome }) => outcome),
    Array(5).fill('stamped'),
  );
  t.equal(await database.prisma.stamp.count({ where: { accountId: account.accountId } }), 5);
  await assertConserved(t, database);
});

t.test(
  'promise 6: when the commit is done and its answer is lost, the engine finds out by itself',
  needsServer,
  async (t) => {
    const { url, database, account } = await setUp(t);
    const relay = await Relay.start(url);
    t.teardown(() => relay.close());
    const behind = await openDatabase({ url: relay.url });
    t.teardown(() => behind.close());
    const remote = new QuotaEngine(behind, systemClock);
    await remote.commitStamp(stampRequest(account, `${t.name} first`));
    relay.swallow = true;
    const calls = stampAll(remote, account, t.name);
    while ((await database.prisma.stamp.count({ where: { accountId: account.accountId } })) < 6) await sleep(5);
    relay.swallow = false;
    relay.cut();
    const results = await Promise.all(calls);
    t.same(
      results.map(({ outcome }) => outcome),
      Array(5).fill('stamped'),
      'it was this request that was charged',
    );
    t.same(
      results.map(({ stamp }) => stamp.idempotencyKey),
      ['0', '1', '2', '3', '4'],
    );
    t.equal(await database.prisma.stamp.count({ where: { accountId: account.accountId } }), 6);
    await assertConserved(t, database);
  },
);

t.test(
  'promise 11: a lock that is not had in 2 s is a 503 with Retry-After, and the next request is served',
  needsServer,
  async (t) => {
    const { database, engine, account } = await setUp(t);
    const letGo = await holdLock(database, account);
    const refusal = { code: 'service_unavailable', status: 503, options: { retryAfter: 1 } };
    const refused = stampAll(engine, account, t.name).map((call) => t.rejects(call, refusal));
    await Promise.all(refused);
    await letGo();
    t.match(await engine.commitStamp(stampRequest(account, `${t.name} 0`, { idempotencyKey: '0' })), {
      outcome: 'stamped',
      available: 9n,
    });
  },
);

/** Stands between client and server, and can keep back what the server says. */
class Relay {
  swallow = false;
  readonly #server: net.Server;
  readonly #clients = new Set<net.Socket>();
  private constructor(private readonly target: URL) {
    this.#server = net.createServer((client) => this.#connect(client));
  }

  static async start(url: string): Promise<Relay> {
    const relay = new Relay(new URL(url));
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get url(): string {
    const through = new URL(this.target);
    through.hostname = '127.0.0.1';
    through.port = String((this.#server.address() as net.AddressInfo).port);
    return through.href;
  }

  /** Hangs up on every client. */
  cut(): void {
    for (const client of this.#clients) client.destroy();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  #connect(client: net.Socket): void {
    const server = net.connect(Number(this.target.port || 5432), this.target.hostname);
    this.#clients.add(client);
    client.pipe(server);
    server.on('data', (bytes) => {
      if (!this.swallow) client.write(bytes);
    });
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.on('close', () => this.#clients.delete(client));
  }
}
