import t from 'tap';
import { PasswordHasher } from '../../../src/platform/secrets/index.js';
import { type Answer, secondApp, testApp } from '../../support/app.js';

const api = await testApp(t);
/** Somebody with a log-in; the staff who makes it logs in at whatever time it is. */
const person = async () => api.person(await api.staff());

const here = '203.0.113.7';
const there = '198.51.100.9';
const attempt = (email: string, password: string, from = here) =>
  api.call('POST', '/v1/sessions', { body: { email, password }, from, headers: { 'x-request-id': 'same-request' } });
const wrong = (email: string, from?: string) => attempt(email, 'Equivocada-1', from);
const essence = ({ status, text, headers: { date: _, ratelimit: __, ...headers } }: Answer) => ({
  status,
  text,
  headers,
});

t.test('a log-in gives a session and its tokens, whatever the case of the name', async (t) => {
  const { email, password, id } = await person();
  const answer = await attempt(` ${email.toUpperCase()} `, password);
  t.match(answer, {
    status: 201,
    body: { token_type: 'Bearer', expires_in: 900, session: { profile_id: id, address: here } },
    headers: { location: '/v1/sessions/current', 'cache-control': 'no-store' },
  });
  const as = { bearer: answer.body.access_token };
  t.same((await api.call('GET', '/v1/sessions/current', { as })).body, answer.body.session);
  const me = await api.call('GET', '/v1/profile', { as });
  t.equal(me.body.last_login_at, api.clock.now().toISOString());
});

t.test('an unknown name, a wrong password and a disabled profile are one answer', async (t) => {
  const known = await person();
  const disabled = await person();
  await api.database.prisma.profile.update({ where: { email: disabled.email }, data: { status: 'disabled' } });
  const answers = [
    await wrong('nobody@example.mx'),
    await wrong(known.email),
    await attempt(disabled.email, disabled.password),
  ];
  t.match(answers[0], { status: 401, body: { code: 'invalid_credentials' } });
  for (const answer of answers) t.same(essence(answer), essence(answers[0]!));
});

t.test('an unknown name costs as many hashes and statements as a known one', async (t) => {
  const { email } = await person();
  const cost = async (name: string) => {
    const hashes = countHashes(t);
    await wrong(name);
    return hashes();
  };
  t.equal(await cost(email), 1);
  t.equal(await cost('nobody-else@example.mx'), 1);
});

t.test('the fifth failure locks the network out for fifteen minutes, and not a moment longer', async (t) => {
  const { email, password } = await person();
  for (let i = 0; i < 5; i++) t.equal((await wrong(email)).status, 401);
  const until = new Date(api.clock.now().getTime() + 900_000).toISOString();
  const locked = await attempt(email, password);
  t.match(locked, { status: 429, body: { code: 'login_locked', next_attempt_at: until } });
  t.equal(locked.headers['retry-after'], '900');
  api.clock.advance(600_000);
  const later = await wrong(email);
  t.match(later, { status: 429, body: { next_attempt_at: until } }, 'trying during the lock does not prolong it');
  t.equal(later.headers['retry-after'], '300');
  t.equal((await attempt(email, password, '203.0.113.250')).status, 429, 'a neighbour in the network is locked too');
  t.equal((await attempt(email, password, there)).status, 201, 'the person elsewhere logs in');
  t.equal((await attempt(email, password)).status, 429, 'which does not open the lock of the attacker');
  api.clock.advance(300_000);
  t.equal((await attempt(email, password)).status, 201);
});

t.test('a locked log-in answers the same whether it exists or not, and hashes nothing', async (t) => {
  const { email } = await person();
  for (let i = 0; i < 5; i++) await Promise.all([wrong(email), wrong('ghost@example.mx')]);
  const hashes = countHashes(t);
  t.same(essence(await wrong(email)), essence(await wrong('ghost@example.mx')));
  t.equal(hashes(), 0);
});

t.test('a success forgets the failures before it', async (t) => {
  const { email, password } = await person();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 4; i++) t.equal((await wrong(email)).status, 401);
    t.equal((await attempt(email, password)).status, 201);
  }
});

t.test('fifty failures from one network do not lock the person out elsewhere', async (t) => {
  const { email, password } = await person();
  for (let i = 0; i < 50; i++) await wrong(email);
  t.equal((await attempt(email, password, there)).status, 201);
});

t.test('fifty counted failures from many networks lock the log-in for everybody, for fifteen minutes', async (t) => {
  const { email, password } = await person();
  for (let i = 0; i < 50; i++) t.equal((await wrong(email, `10.0.${i}.1`)).status, 401);
  t.equal((await attempt(email, password, there)).status, 429);
  for (let i = 0; i < 50; i++) await wrong(email, `10.1.${i}.1`);
  api.clock.advance(900_000);
  t.equal((await attempt(email, password, there)).status, 201, 'however much was tried in between');
});

t.test('guesses at once are no more than guesses in a row', async (t) => {
  const { email } = await person();
  const hashes = countHashes(t);
  const answers = await Promise.all(Array.from({ length: 30 }, () => wrong(email)));
  t.equal(answers.filter(({ status }) => status === 401).length, 5);
  t.equal(answers.filter(({ status }) => status === 429).length, 25);
  t.equal(hashes(), 5);
});

t.test('every process knows of the failures', async (t) => {
  const { email, password } = await person();
  const other = await secondApp(t, api);
  for (let i = 0; i < 5; i++) await wrong(email);
  const answer = await other.call('POST', '/v1/sessions', { body: { email, password }, from: here });
  t.equal(answer.status, 429);
});

t.test('a password is taken to the letter, and of bounded length', async (t) => {
  const { email, password } = await person();
  t.equal((await attempt(email, password.toUpperCase(), there)).status, 401);
  t.equal((await attempt(email, ` ${password}`, there)).status, 401);
  t.equal((await attempt(email, 'x'.repeat(257), there)).status, 400);
  t.equal((await api.call('POST', '/v1/sessions', { body: { email } })).status, 400);
  t.equal((await api.call('POST', '/v1/sessions', { body: { email, password }, key: 'k' })).status, 400);
});

t.test('a hash with old costs is made anew at the log-in', async (t) => {
  const { email, password } = await person();
  const cheap = await new PasswordHasher({ memoryKib: 1024, passes: 2 }).hash(password);
  await api.database.prisma.profile.update({ where: { email }, data: { passwordHash: cheap } });
  t.equal((await attempt(email, password)).status, 201);
  const { passwordHash } = await api.database.prisma.profile.findUniqueOrThrow({ where: { email } });
  t.match(passwordHash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  t.equal((await attempt(email, password)).status, 201);
});

t.test('every log-in is on record, with place and outcome and without the password', async (t) => {
  const { email, password, id } = await person();
  await wrong(email, there);
  await attempt(email, password);
  const events = await api.database.prisma.event.findMany({ where: { subject: id }, orderBy: { id: 'asc' } });
  const told = events.map(({ type, data }) => [type, (data as { address?: string }).address ?? null]);
  t.hasStrict(told.sort(), [
    ['login.failed', there],
    ['login.succeeded', '127.0.0.1'],
    ['login.succeeded', here],
    ['profile.created', null],
  ]);
  t.notOk(JSON.stringify(await api.database.prisma.event.findMany()).includes(password));
});

/** Counts the hashes from now on, whoever asks for them. */
function countHashes(t: { teardown(run: () => void): unknown }): () => number {
  let calls = 0;
  const { verify, hash } = PasswordHasher.prototype;
  const counted = <Args extends unknown[], Result>(original: (...args: Args) => Result) =>
    function (this: PasswordHasher, ...args: Args): Result {
      calls += 1;
      return original.apply(this, args);
    };
  PasswordHasher.prototype.verify = counted(verify);
  PasswordHasher.prototype.hash = counted(hash);
  const restore = () => Object.assign(PasswordHasher.prototype, { verify, hash });
  t.teardown(restore);
  return () => {
    restore();
    return calls;
  };
}
