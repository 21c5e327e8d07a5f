import t from 'tap';
import { type Answer, testApp } from '../../support/app.js';

const api = await testApp(t);
const refresh = (token: string): Promise<Answer> =>
  api.call('POST', '/v1/oauth/token', { body: { grant_type: 'refresh_token', refresh_token: token } });
const works = async (bearer: string) => (await api.call('GET', '/v1/profile', { as: { bearer } })).status === 200;
const day = 86_400_000;

/** Somebody who just logged in, at whatever time it is. */
const person = async () => api.person(await api.staff());

t.test('a refresh token is used up by its use and gives the next', async (t) => {
  const { refreshToken } = await person();
  const first = await refresh(refreshToken);
  t.equal(first.status, 200);
  t.not(first.body.refresh_token, refreshToken);
  t.ok(await works(first.body.access_token));
  const second = await refresh(first.body.refresh_token);
  t.equal(second.status, 200);
  t.not(second.body.refresh_token, first.body.refresh_token);
});

t.test('twenty refreshes at once make one successor', async (t) => {
  const { refreshToken } = await person();
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));
  t.same([...new Set(answers.map(({ status }) => status))], [200]);
  t.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 1);
  const successor = answers[0]?.body.refresh_token;
  t.equal((await refresh(successor)).status, 200, 'which is good');
});

t.test('an answer that got lost is given again for thirty seconds', async (t) => {
  const { refreshToken } = await person();
  const lost = await refresh(refreshToken);
  api.clock.advance(30_000);
  const again = await refresh(refreshToken);
  t.equal(again.body.refresh_token, lost.body.refresh_token);
});

for (const [name, misuse] of Object.entries({
  'the predecessor after its grace': async (first: string) => {
    const next = await refresh(first);
    api.clock.advance(30_001);
    return { stolen: first, bearer: next.body.access_token, token: next.body.refresh_token };
  },
  'an older token, however soon': async (first: string) => {
    const next = await refresh((await refresh(first)).body.refresh_token);
    return { stolen: first, bearer: next.body.access_token, token: next.body.refresh_token };
  },
})) {
  t.test(`${name} ends the whole session, for everybody who holds a token of it`, async (t) => {
    const { refreshToken, id } = await person();
    const { stolen, bearer, token } = await misuse(refreshToken);
    t.ok(await works(bearer));
    t.match(await refresh(stolen), { status: 400, body: { code: 'invalid_refresh_token', error: 'invalid_grant' } });
    t.notOk(await works(bearer), 'the access token');
    t.equal((await refresh(token)).status, 400, 'the current refresh token');
    const event = await api.database.prisma.event.findFirst({ where: { type: 'session.revoked', actor: id } });
    t.match(event, { data: { reason: 'refresh_token_reused' } });
  });
}

t.test('a session that nobody refreshes for two weeks is over', async (t) => {
  const one = await person();
  const two = await person();
  api.clock.advance(14 * day - 1000);
  t.equal((await refresh(one.refreshToken)).status, 200);
  api.clock.advance(1000);
  t.equal((await refresh(two.refreshToken)).status, 400);
});

t.test('every session is over after ninety days', async (t) => {
  let { refreshToken } = await person();
  for (let days = 13; days < 90; days += 13) {
    api.clock.advance(13 * day);
    const answer = await refresh(refreshToken);
    if (days < 90) t.equal(answer.status, 200, `after ${days} days`);
    refreshToken = answer.body.refresh_token;
  }
  api.clock.advance(12 * day);
  t.equal((await refresh(refreshToken)).status, 400);
});

t.test('a refresh is refused to a disabled profile and for what is no refresh token', async (t) => {
  const { email, refreshToken, as } = await person();
  t.equal((await refresh(as.bearer)).status, 400);
  t.equal((await refresh('tbl_ref_AAAA')).status, 400);
  t.equal((await refresh('x'.repeat(129))).body.code, 'invalid_request');
  await api.database.prisma.profile.update({ where: { email }, data: { status: 'disabled' } });
  t.equal((await refresh(refreshToken)).status, 400);
});

t.test('the database holds nothing that works as a token', async (t) => {
  const { refreshToken, as } = await person();
  const dump = JSON.stringify([
    await api.database.prisma.session.findMany(),
    await api.database.prisma.event.findMany(),
    await api.database.prisma.idempotencyRecord.findMany(),
  ]);
  t.notOk(dump.includes(refreshToken));
  t.notOk(dump.includes(as.bearer));
});
