import t from 'tap';
import { testApp } from '../../support/app.js';

const api = await testApp(t);
const staff = await api.staff();
const me = (as: { bearer: string }) => api.call('GET', '/v1/profile', { as });

t.test('an access token ends after a quarter of an hour', async (t) => {
  const person = await api.person(staff);
  api.clock.advance(899_000);
  t.equal((await me(person.as)).status, 200);
  api.clock.advance(2_000);
  t.match(await me(person.as), { status: 401, body: { code: 'authentication_required' } });
});

t.test('what is taken from a person is gone at the next request', async (t) => {
  const staff = await api.staff();
  const customer = await api.customer(staff);
  const person = await api.staff();
  const id = (await api.database.prisma.profile.findUniqueOrThrow({ where: { email: person.email } })).id;
  const seen = () => api.call('GET', `/v1/customers/${customer.nic}`, { as: person.as });
  t.equal((await seen()).status, 200);
  await api.database.prisma.profile.update({ where: { id }, data: { staff: false } });
  t.equal((await seen()).status, 404, 'no longer staff');
  t.equal((await api.call('GET', '/v1/profiles', { as: person.as })).status, 403);
  await api.database.prisma.profile.update({ where: { id }, data: { status: 'disabled' } });
  t.equal((await me(person.as)).status, 401, 'disabled');
});

t.test('a session that was ended, here or elsewhere, is over', async (t) => {
  const staff = await api.staff();
  const person = await api.person(staff);
  const sameOnPhone = await api.logIn(person.email, person.password);
  t.equal((await api.call('DELETE', '/v1/sessions/current', { as: person.as })).status, 204);
  t.equal((await me(person.as)).status, 401);
  t.equal((await me(sameOnPhone.as)).status, 200, 'the other session goes on');
  const refresh = { grant_type: 'refresh_token', refresh_token: person.refreshToken };
  t.match(await api.call('POST', '/v1/oauth/token', { body: refresh }), {
    status: 400,
    body: { error: 'invalid_grant' },
  });
});

t.test('a token of one profile with the session of another is nobody’s', async (t) => {
  const staff = await api.staff();
  const [one, other] = [await api.person(staff), await api.person(staff)];
  const sessions = await api.database.prisma.session.findMany({ include: { profile: true } });
  const idOf = (email: string) => sessions.find(({ profile }) => profile.email === email)!.id;
  await api.database.prisma.session.update({
    where: { id: idOf(one.email) },
    data: { profile: { connect: { email: other.email } } },
  });
  t.equal((await me(one.as)).status, 401);
});
