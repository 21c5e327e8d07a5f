/** Log lines are JSON in UTC, tell who did what with which outcome, and never a secret. */
import { Writable } from 'node:stream';
import t from 'tap';
import { createLogger } from '../../src/platform/log.js';
import { registerThings, sampleApp, thing } from './http/sample-app.js';

function memory() {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { logger: createLogger('trace', stream), lines, last: () => JSON.parse(lines.at(-1) ?? 'null') };
}

const secret = 'tbl_acc_sbx_8r3kz0q5w9x2c7v1b6n4m8t3y5p0d2fgh7jk9s';

t.test('times are UTC, levels words', async (t) => {
  const { logger, last } = memory();
  logger.warn('careful');
  t.match(last(), { level: 'warn', msg: 'careful', service: 'timbrel' });
  t.match(last().time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

t.test('fields that hold secrets are never written, however they are nested', async (t) => {
  const { logger, lines } = memory();
  for (const field of [
    'password',
    'authorization',
    'secret',
    'token',
    'refresh_token',
    'key',
    'passphrase',
    'cookie',
  ]) {
    logger.info({ [field]: secret, a: { [field]: secret }, b: { c: { [field]: secret } } }, field);
  }
  t.notMatch(lines.join(''), secret);
  t.match(lines.join(''), 'redacted');
});

t.test('errors tell type, code, message and frames, and not what libraries hang on them', async (t) => {
  const { logger, last } = memory();
  const cause = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: `Key (secret)=(${secret})`,
    parameters: [secret],
  });
  logger.error({ err: new TypeError(`no ${secret} here`, { cause }) }, 'failed');
  const { err } = last();
  t.match(err, {
    type: 'TypeError',
    message: 'no [redacted] here',
    cause: { code: '23505', message: 'duplicate key' },
  });
  t.match(err.stack, 'log.test.ts');
  t.notMatch(JSON.stringify(last()), secret);
  t.same(Object.keys(err.cause).sort(), ['code', 'message', 'stack', 'type']);
});

t.test('of Prisma’s errors the arguments of the call are left out', async (t) => {
  const { logger, last } = memory();
  const error = new Error(
    '\nInvalid `create()` invocation:\n{ data: { passwordHash: "$argon2id$x" } }\nArgument `email` is missing.',
  );
  error.name = 'PrismaClientValidationError';
  logger.error({ err: error }, 'failed');
  t.equal(last().err.message, 'Argument `email` is missing.');
  t.notMatch(JSON.stringify(last()), 'argon2id');
});

t.test('a request is one line: who, what, outcome; no body, header or address of a resource', async (t) => {
  const { logger, lines, last } = memory();
  const app = await sampleApp(t, registerThings, { logger });
  await app.inject({
    url: `/v1/things/${secret}?x=${secret}`,
    headers: { authorization: 'Bearer ana', 'x-request-id': 'request-1' },
  });
  t.match(last(), {
    request_id: 'request-1',
    method: 'GET',
    route: '/v1/things/:thing_id',
    operation: 'getThing',
    status: 400,
    code: 'invalid_request',
    actor: 'ana',
    tenant: null,
    address: '127.0.0.1',
  });
  await app.inject({
    method: 'POST',
    url: '/v1/things',
    headers: { authorization: `Bearer ${secret}`, cookie: secret, 'idempotency-key': secret, 'user-agent': secret },
    payload: { ...thing, note: secret, [secret]: 1 },
  });
  await app.inject({ method: 'POST', url: '/v1/secured', headers: { authorization: `Basic ${secret}` } });
  await app.inject(`/${secret}`);
  t.equal(lines.length, 4);
  t.notMatch(lines.join(''), secret);
});

t.test('probes are quiet while they succeed', async (t) => {
  const { logger, lines, last } = memory();
  let well = true;
  const app = await sampleApp(t, () => {}, { logger, isReady: () => (well ? Promise.resolve() : Promise.reject()) });
  await app.inject('/readyz');
  t.equal(last().level, 'debug');
  well = false;
  await app.inject('/readyz');
  t.ok(lines.some((line) => JSON.parse(line).level === 'info' && JSON.parse(line).status === 503));
});
