/** A write under a key takes effect once; its answer comes back. Key, effect and answer are one transaction. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import Type from 'typebox';
import { FixedClock } from '../../../src/platform/clock.js';
import { UnitOfWork } from '../../../src/platform/db/unit-of-work.js';
import { recordEvent } from '../../../src/platform/events.js';
import { forgetExpiredAnswers, Idempotency, type Outcome } from '../../../src/platform/http/idempotency.js';
import { operation } from '../../../src/platform/http/operation.js';
import { closed, component, integer, nullable, text } from '../../../src/platform/http/schemas.js';
import { Keyring } from '../../../src/platform/secrets/index.js';
import { problem } from '../../../src/problems.js';
import { testDatabase, testServerUrl } from '../../support/database.js';
import { sampleApp } from './sample-app.js';

const database = await testDatabase(t);
const uow = new UnitOfWork(database);
const clock = new FixedClock(new Date('2026-03-04T18:00:00Z'));
const keyring = new Keyring([randomBytes(32)]);
const idempotency = new Idempotency(uow, keyring, clock);

const Made = component(
  'Made',
  Type.Object({
    count: integer({ minimum: 0, description: 'n' }),
    secret: nullable(text({ maxLength: 40, description: 's' })),
  }),
);
const body = closed({
  amount: integer({ minimum: 1, description: 'a' }),
  note: Type.Optional(text({ maxLength: 10, description: 'n' })),
});

/** How many effects there are: each writes an event. */
const effects = () => database.prisma.event.count();

/** What the next effects do besides writing their event. */
let during: () => Promise<void> = async () => {};
let remember: Outcome<unknown>['remember'] = 'for-ever';

function register(app: FastifyInstance): void {
  for (const [id, path] of [
    ['makeThing', '/v1/things'],
    ['makeOther', '/v1/others'],
  ] as const) {
    operation(app, {
      id,
      method: 'POST',
      path,
      tag: 'Things',
      summary: 'Make',
      description: 'A sample.',
      idempotency: 'key-optional',
      body,
      success: { status: 201, description: 'Made.', schema: Made },
      problems: [],
      handler: (request, reply) =>
        idempotency.run(request, reply, async (tx) => {
          await recordEvent(tx, clock, { type: 'thing.made', subject: 'x', actor: request.actor ?? '-' });
          await during();
          return {
            body: { count: await tx.event.count(), secret: 'shown once' },
            headers: { location: '/v1/things/1' },
            remember,
            shownOnce: ['/secret'],
          };
        }),
    });
  }
}

const app = await sampleApp(t, register);

async function make(key: string | null, { amount = 1 as unknown, url = '/v1/things', as = 'ana', payload = '' } = {}) {
  const response = await app.inject({
    method: 'POST',
    url,
    headers: {
      authorization: `Bearer ${as}`,
      'content-type': 'application/json',
      ...(key !== null && { 'idempotency-key': key }),
    },
    payload: payload || JSON.stringify({ amount }),
  });
  return { status: response.statusCode, body: response.json(), headers: response.headers };
}

t.beforeEach(() => {
  during = async () => {};
  remember = 'for-ever';
});

t.test('the same request again gets the same answer, marked, without the secret and without an effect', async (t) => {
  const before = await effects();
  const first = await make('again');
  t.equal(first.status, 201);
  t.equal(first.body.secret, 'shown once');
  t.notOk(first.headers['idempotent-replayed']);
  const second = await make('again');
  t.equal(second.status, 201);
  t.equal(second.headers['idempotent-replayed'], 'true');
  t.equal(second.headers.location, '/v1/things/1');
  t.same(second.body, { ...first.body, secret: null });
  t.equal(await effects(), before + 1);
});

t.test('without a key every request takes effect', async (t) => {
  const before = await effects();
  await make(null);
  await make(null);
  t.equal(await effects(), before + 2);
});

t.test('layout does not make another request; any other value does', async (t) => {
  await make('layout', { payload: '{"amount":1,"note":"a"}' });
  const relaid = await make('layout', { payload: ' { "note" : "\\u0061", "amount":1 } ' });
  t.equal(relaid.headers['idempotent-replayed'], 'true');
  const before = await effects();
  for (const payload of ['{"amount":2,"note":"a"}', '{"amount":1,"note":"b"}', '{"amount":1}']) {
    const other = await make('layout', { payload });
    t.equal(other.status, 422, payload);
    t.equal(other.body.code, 'idempotency_key_reused');
  }
  t.equal(await effects(), before);
});

t.test('a key belongs to one scope and one operation', async (t) => {
  const before = await effects();
  await make('mine');
  t.notOk((await make('mine', { as: 'eva' })).headers['idempotent-replayed'], 'another caller');
  t.notOk((await make('mine', { url: '/v1/others' })).headers['idempotent-replayed'], 'another operation');
  t.equal(await effects(), before + 3);
});

t.test('what fails is not remembered, and leaves nothing', async (t) => {
  const before = await effects();
  during = async () => {
    throw problem('forbidden');
  };
  t.equal((await make('cured')).status, 403);
  t.equal(await effects(), before, 'the effect was rolled back');
  during = async () => {};
  t.equal((await make('cured')).status, 201, 'the caller cures the cause and repeats');
  t.equal((await make('cured', { amount: 'x' })).status, 400, 'what does not fit its schema never reaches the key');
});

t.test('what moved something is remembered for ever, other answers for 72 hours', async (t) => {
  const hours = (count: number) => clock.advance(count * 3_600_000);
  await make('moved');
  remember = '72h';
  await make('ordinary');
  hours(71);
  t.equal((await make('ordinary')).headers['idempotent-replayed'], 'true');
  hours(1);
  const again = await make('ordinary', { amount: 2 });
  t.equal(again.status, 201, 'the key is free again, for any body');
  t.notOk(again.headers['idempotent-replayed']);
  t.equal((await make('ordinary', { amount: 2 })).headers['idempotent-replayed'], 'true');
  hours(72);
  t.equal(await uow.run((tx) => forgetExpiredAnswers(tx, clock)), 1, 'and is swept away in time');
  hours(24 * 365);
  t.equal((await make('moved')).headers['idempotent-replayed'], 'true');
});

t.test('nothing readable is kept of the body, nor of a secret', async (t) => {
  await make('kept', { payload: '{"amount":77,"note":"sesame"}' });
  const record = await database.prisma.idempotencyRecord.findFirstOrThrow({ where: { key: 'kept' } });
  t.equal(record.bodyHmac.length, 32);
  t.notMatch(JSON.stringify(record), 'sesame');
  t.notMatch(JSON.stringify(record), 'shown once');
});

t.test('a pointer to nowhere fails before anything is kept', async (t) => {
  const reply = { statusCode: 200, header: () => reply, headers: () => reply, status: () => reply };
  const made = app.operations.find(({ id }) => id === 'makeThing');
  const request = {
    routeOptions: { config: { operation: made } },
    idempotencyKey: 'typo',
    method: 'POST',
    url: '/',
    body: {},
    actor: 'ana',
  };
  const effect = async () => ({ body: { secret: 'x' }, remember: 'for-ever' as const, shownOnce: ['/secrets'] });
  await t.rejects(idempotency.run(request as never, reply as never, effect), /Nothing stands at \/secrets/);
  t.equal(await database.prisma.idempotencyRecord.count({ where: { key: 'typo' } }), 0);
});

/** Two processes on the way from one master key to another, and a request that reaches both. */
function rotation(idempotencyKey: string) {
  const [old, current] = [randomBytes(32), randomBytes(32)];
  const before = new Idempotency(uow, new Keyring([Buffer.from(old)]), clock);
  const after = new Idempotency(uow, new Keyring([current, Buffer.from(old)]), clock);
  const reply = { statusCode: 200, header: () => reply, headers: () => reply, status: () => reply };
  const policy = { security: [], idempotencyScope: () => 'rotation' };
  const routeOptions = { config: { operation: { id: 'x', policy } } };
  const request = { routeOptions, idempotencyKey, method: 'POST', url: '/', body: { a: 1 } };
  return { before, after, reply, request };
}

t.test('keys that were rotated out still recognise their requests', async (t) => {
  const { before, after, reply, request } = rotation('k');
  let runs = 0;
  const effect = async () => ({ body: { run: ++runs }, remember: 'for-ever' as const });
  await before.run(request as never, reply as never, effect);
  t.same(await after.run(request as never, reply as never, effect), { run: 1 });
});

t.test('of many at once one takes effect; the others wait, or are told to', async (t) => {
  const before = await effects();
  const answers = await Promise.all(Array.from({ length: 16 }, () => make('raced')));
  t.equal(await effects(), before + 1);
  const fresh = answers.filter(({ status, headers }) => status === 201 && !headers['idempotent-replayed']);
  t.equal(fresh.length, 1);
  for (const { status, headers, body } of answers) {
    if (status === 409) {
      t.equal(body.code, 'request_in_progress');
      t.equal(headers['retry-after'], '1');
    } else t.equal(status, 201);
  }
});

t.test(
  'while one is under way, the same key is refused at once',
  {
    skip: testServerUrl
      ? false
      : 'the embedded database runs one transaction at a time: the second waits for the first',
  },
  async (t) => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let entered = () => {};
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    during = async () => {
      entered();
      await held;
    };
    const first = make('slow');
    await inside;
    const second = await make('slow');
    t.equal(second.status, 409);
    t.equal(second.body.code, 'request_in_progress');
    letGo();
    t.equal((await first).status, 201);
    t.equal((await make('slow')).headers['idempotent-replayed'], 'true');
  },
);

t.test(
  'processes with different master keys still tell each other what is under way',
  { skip: testServerUrl ? false : 'the embedded database runs one transaction at a time' },
  async (t) => {
    const { before, after, reply, request } = rotation('both');
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let runs = 0;
    let first: Promise<unknown> = Promise.resolve();
    const inside = new Promise<void>((entered) => {
      const slow = async () => {
        entered();
        await held;
        return { body: { run: ++runs }, remember: 'for-ever' as const };
      };
      first = before.run(request as never, reply as never, slow);
    });
    await inside;
    const quick = async () => ({ body: { run: ++runs }, remember: 'for-ever' as const });
    const second = after.run(request as never, reply as never, quick);
    // Without the lock it takes effect and waits for the other only where it is remembered.
    await Promise.race([second.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1_000))]);
    letGo();
    await t.rejects(second, { code: 'request_in_progress' });
    await first;
    t.equal(runs, 1);
  },
);
