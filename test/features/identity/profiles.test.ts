import t from 'tap';
import { createStaffProfile, forgetLoginFailures, WeakPasswordError } from '../../../src/features/identity/index.js';
import { passwordFaults } from '../../../src/features/identity/rules.js';
import { UnitOfWork } from '../../../src/platform/db/unit-of-work.js';
import { PasswordHasher } from '../../../src/platform/secrets/index.js';
import { testApp } from '../../support/app.js';

const api = await testApp(t);
const staff = await api.staff();
const draft = { email: 'Beto@Example.MX', given_name: 'Beto', family_name: 'Luna' };

t.test('staff creates a profile, whose password is shown once and fits the policy', async (t) => {
  const request = { as: staff.as, key: api.key(), body: draft };
  const created = await api.call('POST', '/v1/profiles', request);
  t.match(created, {
    status: 201,
    body: { email: 'beto@example.mx', given_name: 'Beto', staff: false, status: 'active', last_login_at: null },
  });
  const { temporary_password: password, ...profile } = created.body;
  t.same(passwordFaults(password, [draft.email]), []);
  t.equal(created.headers.location, `/v1/profiles/${profile.id}`);
  t.same((await api.call('GET', `/v1/profiles/${profile.id}`, { as: staff.as })).body, profile);
  t.same((await api.call('POST', '/v1/profiles', request)).body, { ...profile, temporary_password: null });
  await api.logIn(draft.email, password);
  t.notOk(JSON.stringify(await api.database.prisma.idempotencyRecord.findMany()).includes(password));
});

t.test('a log-in name belongs to one profile, whatever its case, also when two ask at once', async (t) => {
  const post = (email: string) => api.call('POST', '/v1/profiles', { as: staff.as, body: { ...draft, email } });
  t.match(await post('beto@example.mx'), { status: 409, body: { code: 'email_taken' } });
  const both = await Promise.all([post('caro@example.mx'), post('CARO@example.mx')]);
  t.same(both.map(({ status }) => status).sort(), [201, 409]);
});

t.test('staff finds a profile by its log-in name; nobody else looks at profiles', async (t) => {
  const person = await api.person(staff);
  const url = `/v1/profiles?email=${encodeURIComponent(person.email.toUpperCase())}`;
  const { body } = await api.call('GET', url, { as: staff.as });
  t.same(
    body.data.map(({ id }: { id: string }) => id),
    [person.id],
  );
  for (const path of ['/v1/profiles', `/v1/profiles/${staff.id}`]) {
    t.equal((await api.call('GET', path, { as: person.as })).status, 403);
  }
  t.equal((await api.call('POST', '/v1/profiles', { as: person.as, body: draft })).status, 403);
});

t.test('people read and change themselves, and cannot make themselves staff', async (t) => {
  const person = await api.person(staff);
  const customer = await api.customer(staff, person);
  const before = (await api.call('GET', '/v1/profile', { as: person.as })).body;
  t.same(before.memberships, [{ nic: customer.nic, legal_name: 'ESCUELA KEMPER URGATE', role: 'owner' }]);
  const after = await api.call('PATCH', '/v1/profile', { as: person.as, body: { family_name: 'Ruiz de Soto' } });
  t.match(after.body, { ...before, family_name: 'Ruiz de Soto' });
  for (const body of [{ staff: true }, { email: 'x@example.mx' }, { status: 'active' }, { given_name: '' }, {}]) {
    t.equal((await api.call('PATCH', '/v1/profile', { as: person.as, body })).status, 400, JSON.stringify(body));
  }
  t.equal((await api.call('GET', '/v1/profile')).status, 401);
  t.equal((await api.call('GET', '/v1/profile', { as: customer.as })).status, 403, 'an account is nobody');
});

t.test('no answer about a profile carries its hash', async (t) => {
  const person = await api.person(staff);
  for (const path of ['/v1/profile', '/v1/sessions/current']) {
    t.notMatch((await api.call('GET', path, { as: person.as })).text, /argon2|password|hash/);
  }
});

t.test('the first staff is made on the machine itself', async (t) => {
  const house = { uow: new UnitOfWork(api.database), clock: api.clock, passwords: new PasswordHasher() };
  const person = { email: 'dora@example.mx', givenName: 'Dora', familyName: 'Paz' };
  const made = await createStaffProfile(house, person);
  t.match(made, { profileId: /^prf_/, generatedPassword: /^Tm1-/ });
  const dora = await api.logIn(person.email, made.generatedPassword!);
  t.equal((await api.call('GET', '/v1/customers', { as: dora.as })).status, 200);
  await t.rejects(createStaffProfile(house, person), { code: 'email_taken' });
  const weak = createStaffProfile(house, { ...person, email: 'e@example.mx', password: 'dora-2026' });
  await t.rejects(weak, new WeakPasswordError(['no_upper_case', 'contains_context']));
});

t.test('counts of failures are forgotten after a day', async (t) => {
  await api.call('POST', '/v1/sessions', { body: { email: 'ghost@example.mx', password: 'x' } });
  const uow = new UnitOfWork(api.database);
  const forget = () => uow.run((tx) => forgetLoginFailures(tx, api.clock));
  t.equal(await forget(), 0);
  api.clock.advance(86_400_001);
  t.ok((await forget()) >= 2);
  t.equal(await api.database.prisma.loginFailure.count(), 0);
});
