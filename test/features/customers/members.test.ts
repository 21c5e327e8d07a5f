import t from 'tap';
import { type MemberRole, memberRoles } from '../../../src/features/access/principal.js';
import { losesLastOwner, mayChangeMember } from '../../../src/features/customers/rules.js';
import { testApp } from '../../support/app.js';

const api = await testApp(t);
const staff = await api.staff();

t.test('the rules: owners and staff change all, an admin nothing that is or becomes an owner', async (t) => {
  const roles: (MemberRole | null)[] = [null, ...memberRoles];
  for (const from of roles) {
    for (const to of roles) {
      t.ok(mayChangeMember('staff', from, to) && mayChangeMember('owner', from, to));
      t.equal(mayChangeMember('admin', from, to), from !== 'owner' && to !== 'owner', `admin: ${from} to ${to}`);
      for (const changer of ['billing', 'operator', 'read_only'] as const) t.notOk(mayChangeMember(changer, from, to));
    }
  }
  t.ok(losesLastOwner(1, 'owner', null));
  t.ok(losesLastOwner(1, 'owner', 'admin'));
  t.notOk(losesLastOwner(2, 'owner', null));
  t.notOk(losesLastOwner(1, 'owner', 'owner'));
  t.notOk(losesLastOwner(1, 'admin', null));
});

t.test('members are added, read, changed and removed', async (t) => {
  const owner = await api.person(staff);
  const { nic } = await api.customer(staff, owner);
  api.clock.advance(1);
  const colleague = await api.person(staff);
  const path = `/v1/customers/${nic}/members`;
  const body = { profile_id: colleague.id, role: 'operator' };
  const added = await api.call('POST', path, { as: owner.as, body });
  t.match(added, { status: 201, body: { ...body, email: colleague.email } });
  t.equal(added.headers.location, `${path}/${colleague.id}`);
  t.match(await api.call('POST', path, { as: owner.as, body }), { status: 409, body: { code: 'member_exists' } });
  t.same((await api.call('GET', `${path}/${colleague.id}`, { as: colleague.as })).body, added.body);

  const page = await api.call('GET', `${path}?limit=1`, { as: owner.as });
  t.same(
    page.body.data.map((member: { role: string }) => member.role),
    ['owner'],
  );
  const next = await api.call('GET', `${path}?limit=1&cursor=${page.body.page.next_cursor}`, { as: owner.as });
  t.same(next.body, { data: [added.body], page: { next_cursor: null, has_more: false } });

  const changed = await api.call('PATCH', `${path}/${colleague.id}`, { as: owner.as, body: { role: 'billing' } });
  t.same(changed.body, { ...added.body, role: 'billing' });
  t.equal((await api.call('DELETE', `${path}/${colleague.id}`, { as: owner.as })).status, 204);
  t.equal((await api.call('DELETE', `${path}/${colleague.id}`, { as: owner.as })).status, 404);
});

t.test('members on one instant are all listed', async (t) => {
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  const people = [owner, await api.member(staff, customer, 'admin'), await api.member(staff, customer, 'billing')];
  const seen: string[] = [];
  let query = '?limit=1';
  for (let page = 0; page < 3; page++) {
    const { body } = await api.call('GET', `/v1/customers/${customer.nic}/members${query}`, { as: owner.as });
    seen.push(...body.data.map((member: { profile_id: string }) => member.profile_id));
    query = `?limit=1&cursor=${body.page.next_cursor}`;
  }
  t.same(seen.sort(), people.map(({ id }) => id).sort());
});

t.test('a role counts from the next request on, and so does its loss', async (t) => {
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  const colleague = await api.person(staff);
  const url = `/v1/customers/${customer.nic}`;
  const member = `${url}/members/${colleague.id}`;
  const patch = () => api.call('PATCH', url, { as: colleague.as, body: { postal_code: '06000' } });
  t.equal((await patch()).status, 404, 'a stranger');
  await api.call('POST', `${url}/members`, { as: owner.as, body: { profile_id: colleague.id, role: 'admin' } });
  t.equal((await patch()).status, 200, 'an admin');
  await api.call('PATCH', member, { as: owner.as, body: { role: 'read_only' } });
  t.equal((await patch()).status, 403, 'a reader');
  await api.call('DELETE', member, { as: owner.as });
  t.equal((await patch()).status, 404, 'a stranger again');
});

t.test('an admin makes no owners, unmakes none, and does not promote themselves', async (t) => {
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  const admin = await api.member(staff, customer, 'admin');
  const other = await api.person(staff);
  const path = `/v1/customers/${customer.nic}/members`;
  const refused = [
    await api.call('POST', path, { as: admin.as, body: { profile_id: other.id, role: 'owner' } }),
    await api.call('PATCH', `${path}/${admin.id}`, { as: admin.as, body: { role: 'owner' } }),
    await api.call('PATCH', `${path}/${owner.id}`, { as: admin.as, body: { role: 'read_only' } }),
    await api.call('DELETE', `${path}/${owner.id}`, { as: admin.as }),
  ];
  for (const answer of refused) t.match(answer, { status: 403, body: { code: 'forbidden' } });
});

t.test('the last owner stays, whoever asks', async (t) => {
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  const url = `/v1/customers/${customer.nic}/members/${owner.id}`;
  for (const as of [owner.as, staff.as]) {
    t.match(await api.call('DELETE', url, { as }), { status: 409, body: { code: 'last_owner' } });
    const demoted = await api.call('PATCH', url, { as, body: { role: 'admin' } });
    t.match(demoted, { status: 409, body: { code: 'last_owner' } });
  }
  t.equal((await api.call('PATCH', url, { as: owner.as, body: { role: 'owner' } })).status, 200);
});

t.test('two owners who remove each other at once leave one', async (t) => {
  const first = await api.person(staff);
  const customer = await api.customer(staff, first);
  const second = await api.member(staff, customer, 'owner');
  const url = (id: string) => `/v1/customers/${customer.nic}/members/${id}`;
  await Promise.all([
    api.call('DELETE', url(second.id), { as: first.as }),
    api.call('DELETE', url(first.id), { as: second.as }),
  ]);
  const { body } = await api.call('GET', `/v1/customers/${customer.nic}/members`, { as: staff.as });
  t.same(
    body.data.map((member: { role: string }) => member.role),
    ['owner'],
  );
});

t.test('a profile that does not exist cannot be linked', async (t) => {
  const owner = await api.person(staff);
  const { nic } = await api.customer(staff, owner);
  const body = { profile_id: 'prf_00000000000000000000000000', role: 'operator' };
  const answer = await api.call('POST', `/v1/customers/${nic}/members`, { as: owner.as, body });
  t.match(answer, { status: 422, body: { code: 'profile_unknown' } });
});
