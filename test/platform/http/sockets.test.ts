/** What only a socket shows: broken HTTP, slow clients, bodies cut short, limits of the connection. */
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import t, { type Test } from 'tap';
import { registerThings, sampleApp, thing } from './sample-app.js';

async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

const app = await sampleApp(t, registerThings);
const port = await listen(app);

interface Talk {
  readonly socket: Socket;
  /** Everything that came, once the other side has closed. */
  readonly all: Promise<string>;
}

function open(to = port): Talk {
  const socket = connect({ host: '127.0.0.1', port: to, allowHalfOpen: true });
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  const all = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  socket.on('end', () => socket.end());
  return { socket, all };
}

/** Sends raw text and gives what comes back before the server closes. */
function talk(text: string): Promise<string> {
  const { socket, all } = open();
  socket.write(text);
  return all;
}

function parse(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const [status = '', ...headers] = head.split('\r\n');
  const fields = Object.fromEntries(
    headers.map((line) => [line.split(':', 1)[0]!.toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  return { status: Number(status.split(' ')[1]), headers: fields, problem: JSON.parse(body) };
}

function expectProblem(t: Pick<Test, 'equal'>, answer: string, status: number, code: string): void {
  const { status: actual, headers, problem } = parse(answer);
  t.equal(actual, status);
  t.equal(problem.status, status);
  t.equal(problem.code, code);
  t.equal(headers['content-type'], 'application/problem+json');
  t.equal(headers['x-request-id'], problem.instance);
  t.equal(headers.connection, 'close');
}

t.test('broken HTTP is answered as a problem', async (t) => {
  expectProblem(t, await talk('GARBAGE\r\n\r\n'), 400, 'malformed_request');
  expectProblem(t, await talk('GET / HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n'), 400, 'malformed_request');
  const smuggled =
    'POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
  expectProblem(t, await talk(smuggled), 400, 'malformed_request');
});

t.test('broken HTTP after a good request on the same connection is answered too', async (t) => {
  const { socket, all } = open();
  socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write('GARBAGE\r\n\r\n');
  const answers = await all;
  t.match(answers, /^HTTP\/1\.1 200 OK/);
  expectProblem(t, answers.slice(answers.indexOf('HTTP/1.1 400')), 400, 'malformed_request');
});

t.test('headers beyond the limit are refused', async (t) => {
  const answer = await talk(`GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
  expectProblem(t, answer, 431, 'header_fields_too_large');
});

t.test('a request that does not arrive in time is refused', async (t) => {
  const slow = await sampleApp(t, registerThings);
  const slowPort = await listen(slow);
  slow.server.headersTimeout = 200;
  slow.server.requestTimeout = 200;
  const headers = open(slowPort);
  headers.socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n');
  expectProblem(t, await headers.all, 408, 'request_timeout');
  const body = open(slowPort);
  body.socket.write(
    'POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
  expectProblem(t, await body.all, 408, 'request_timeout');
});

t.test('a body that ends early is refused, and the server goes on', async (t) => {
  const { socket, all } = open();
  socket.end(
    'POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"rfc"',
  );
  expectProblem(t, await all, 400, 'malformed_request');
  const gone = open();
  gone.socket.write(
    'POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
  gone.socket.resetAndDestroy();
  const { status } = await fetch(`http://127.0.0.1:${port}/livez`);
  t.equal(status, 200);
});

t.test('ten megabytes are refused by their announcement, or where the limit is passed', async (t) => {
  const head = 'POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  const announced = open();
  announced.socket.write(`${head}Content-Length: 10485760\r\n\r\n${'x'.repeat(1_000)}`);
  expectProblem(t, await announced.all, 413, 'payload_too_large');
  const chunked = open();
  chunked.socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
  // One piece of 64 KiB more than the limit: whoever goes on after that may lose the answer to a reset connection.
  for (let sent = 0; sent < 17; sent++) chunked.socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`);
  expectProblem(t, await chunked.all, 413, 'payload_too_large');
});

t.test('requests sent one after the other without waiting are answered in their order', async (t) => {
  const request = (id: string, last = false) =>
    `GET /v1/things HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
  const answers = await talk(request('pipelined-1') + request('pipelined-2') + request('pipelined-3', true));
  const ids = [...answers.matchAll(/x-request-id: (\S+)/gi)].map(([, id]) => id);
  t.same(ids, ['pipelined-1', 'pipelined-2', 'pipelined-3']);
});

t.test('methods that no route has, and that Node does not route, do no harm', async (t) => {
  expectProblem(
    t,
    await talk('TRACE /v1/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    405,
    'method_not_allowed',
  );
  const answer = await talk('PROPFIND /v1/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  t.ok([404, 405].includes(parse(answer).status));
});

t.test('HEAD answers like GET, without a body', async (t) => {
  const response = await fetch(`http://127.0.0.1:${port}/v1/things`, { method: 'HEAD' });
  t.equal(response.status, 200);
  t.equal(await response.text(), '');
});

t.test('a real client gets what it asked for', async (t) => {
  const response = await fetch(`http://127.0.0.1:${port}/v1/things`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(thing),
  });
  t.equal(response.status, 201);
  t.same(await response.json(), { got: thing });
});
