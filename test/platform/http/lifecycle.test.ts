/** Health, overload, and a stop that answers what was accepted. */
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import Type from 'typebox';
import { operation } from '../../../src/platform/http/operation.js';
import { sampleApp } from './sample-app.js';

/** An operation that answers when it is let go. */
class Gate {
  waiting = 0;
  #letGo: Array<() => void> = [];

  register = (app: FastifyInstance): void => {
    operation(app, {
      id: 'waitThing',
      method: 'GET',
      path: '/v1/wait',
      tag: 'Things',
      summary: 'Wait',
      description: 'A sample.',
      success: { status: 200, description: 'Done.', schema: Type.Object({ done: Type.Boolean() }) },
      problems: [],
      handler: () => this.wait(),
    });
  };

  async wait(): Promise<{ done: boolean }> {
    this.waiting++;
    await new Promise<void>((resolve) => this.#letGo.push(resolve));
    return { done: true };
  }

  open(): void {
    for (const letGo of this.#letGo.splice(0)) letGo();
  }

  async until(count: number): Promise<void> {
    while (this.waiting < count) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function listen(app: FastifyInstance): Promise<string> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

t.test('liveness needs nothing, readiness the database; neither tells a version', async (t) => {
  let database = async () => true;
  const app = await sampleApp(t, () => {}, { isReady: () => database() });
  for (const url of ['/livez', '/readyz']) {
    const response = await app.inject(url);
    t.equal(response.statusCode, 200, url);
    t.same(response.json(), { status: 'ok' });
    t.notOk(response.headers.ratelimit, 'probes count on no rate');
  }
  database = () => Promise.reject(new Error('connection refused'));
  const away = await app.inject('/readyz');
  t.equal(away.statusCode, 503);
  t.equal(away.json().code, 'service_unavailable');
  t.ok(Number(away.headers['retry-after']) >= 1);
  t.equal((await app.inject('/livez')).statusCode, 200);
});

t.test('a database that does not answer counts as away', async (t) => {
  const app = await sampleApp(t, () => {}, { isReady: () => new Promise(() => {}) });
  t.equal((await app.inject('/readyz')).statusCode, 503);
});

t.test('beyond its bound the server asks to come back, and recovers', async (t) => {
  const gate = new Gate();
  const app = await sampleApp(t, gate.register, { settings: { maxInFlight: 2 } });
  const url = await listen(app);
  const accepted = [fetch(`${url}/v1/wait`), fetch(`${url}/v1/wait`)];
  await gate.until(2);
  const refused = await fetch(`${url}/v1/wait`);
  t.equal(refused.status, 503);
  t.equal(refused.headers.get('retry-after'), '1');
  t.match(await refused.json(), { code: 'service_unavailable' });
  t.equal((await fetch(`${url}/readyz`)).status, 200, 'probes are answered all the same');
  gate.open();
  for (const answer of await Promise.all(accepted)) t.equal(answer.status, 200);
  const again = fetch(`${url}/v1/wait`);
  await gate.until(3);
  gate.open();
  t.equal((await again).status, 200);
});

t.test('a caller who goes away makes room', async (t) => {
  const gate = new Gate();
  const app = await sampleApp(t, gate.register, { settings: { maxInFlight: 1 } });
  const url = await listen(app);
  const caller = new AbortController();
  const gone = fetch(`${url}/v1/wait`, { signal: caller.signal }).catch(() => {});
  await gate.until(1);
  caller.abort();
  await gone;
  let status = 503;
  while (status === 503) {
    const answer = await fetch(`${url}/v1/wait-not`);
    await answer.text();
    status = answer.status;
  }
  t.equal(status, 404);
  gate.open();
  await app.drain(10_000);
});

t.test('a stop answers what was accepted, takes nothing new, and ends', async (t) => {
  const gate = new Gate();
  const app = await sampleApp(t, gate.register);
  const order: string[] = [];
  app.addHook('onResponse', async () => void order.push('answered'));
  app.addHook('onClose', async () => void order.push('closed'));
  const url = await listen(app);
  const accepted = fetch(`${url}/v1/wait`);
  await gate.until(1);
  const stopped = app.drain(10_000);
  await t.rejects(fetch(`${url}/v1/wait`), 'nobody listens any more');
  gate.open();
  const answer = await accepted;
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('connection'), 'close');
  await stopped;
  t.same(order, ['answered', 'closed'], 'what hooks close is closed after the last answer');
});

t.test('a connection that is already open learns of the stop', async (t) => {
  const gate = new Gate();
  const app = await sampleApp(t, gate.register);
  const url = await listen(app);
  const { Agent, get } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path: string) =>
    new Promise<{ status: number | undefined; connection: string | undefined; body: string }>((resolve, reject) => {
      get(`${url}${path}`, { agent }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode, connection: response.headers.connection, body }),
        );
      }).on('error', reject);
    });
  const first = ask('/v1/wait');
  await gate.until(1);
  const stopped = app.drain(10_000);
  gate.open();
  t.equal((await first).connection, 'close');
  await stopped;
  agent.destroy();
});

t.test('a connection on which nothing was asked does not hold up the stop', async (t) => {
  const app = await sampleApp(t, () => {});
  const url = new URL(await listen(app));
  const socket = connect({ host: url.hostname, port: Number(url.port) });
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  await app.drain(60_000);
  await closed;
  t.pass();
});

t.test('a stop is bounded: what hangs is cut off', async (t) => {
  const gate = new Gate();
  const app = await sampleApp(t, gate.register);
  const url = await listen(app);
  const hanging = fetch(`${url}/v1/wait`);
  await gate.until(1);
  const [cut] = await Promise.all([
    hanging.then(
      () => false,
      () => true,
    ),
    app.drain(50),
  ]);
  t.equal(cut, true);
  gate.open();
});
