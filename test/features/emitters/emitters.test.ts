import t from 'tap';
import { emitterStatuses } from '../../../src/features/emitters/index.js';
import { UnitOfWork } from '../../../src/platform/db/unit-of-work.js';
import { fromPublicId } from '../../../src/platform/ids.js';
import { testApp } from '../../support/app.js';
import { secondAccount } from '../../support/tenants.js';

const api = await testApp(t);
const staff = await api.staff();
const draft = { rfc: 'EKU9003173C9', legal_name: 'ESCUELA KEMPER URGATE', tax_regime: '601', postal_code: '42501' };
const statusOf = emitterStatuses(new UnitOfWork(api.database));
const status = (account: string, rfc = draft.rfc) => statusOf(fromPublicId('sta', account)!, rfc);

async function start() {
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  api.clock.advance(1);
  const sibling = await secondAccount(api, customer);
  const path = `/v1/customers/${customer.nic}/emitters`;
  const register = (fields: object = {}) => api.call('POST', path, { as: owner.as, body: { ...draft, ...fields } });
  return { owner, customer, sibling, path, register };
}

t.test('an emitter is registered on all accounts of its customer, or on those named', async (t) => {
  const { owner, customer, sibling, register } = await start();
  const everywhere = await register();
  t.match(everywhere, { status: 201, body: { ...draft, nic: customer.nic, status: 'active' } });
  t.same(everywhere.body.stamping_account_ids.sort(), [customer.account, sibling].sort());
  t.same((await api.call('GET', String(everywhere.headers.location), { as: owner.as })).body.rfc, draft.rfc);
  const one = await register({ rfc: 'XIA190128J61', stamping_account_ids: [sibling] });
  t.same(one.body.stamping_account_ids, [sibling]);
  t.same([await status(customer.account), await status(sibling)], ['active', 'active']);
  t.same(
    [await status(customer.account, 'XIA190128J61'), await status(sibling, 'XIA190128J61')],
    ['not_enabled', 'active'],
  );
});

t.test('an RFC is registered once at a customer, also when two ask at once', async (t) => {
  const { register } = await start();
  const answers = await Promise.all([register(), register(), register()]);
  t.same(answers.map(({ status }) => status).sort(), [201, 409, 409]);
  t.equal(answers.find(({ status }) => status === 409)?.body.code, 'emitter_exists');
});

t.test('the same RFC at another customer is another emitter', async (t) => {
  const [one, other] = [await start(), await start()];
  const first = await one.register();
  const second = await other.register({ legal_name: 'OTRO NOMBRE' });
  t.equal(second.status, 201);
  t.not(second.body.id, first.body.id);
  await api.call('PUT', `/v1/emitters/${first.body.id}/suspension`, { as: one.owner.as });
  t.same([await status(one.customer.account), await status(other.customer.account)], ['suspended', 'active']);
});

t.test('an account of somebody else cannot be named', async (t) => {
  const [one, other] = [await start(), await start()];
  for (const id of [other.customer.account, 'sta_00000000000000000000000000']) {
    const refused = await one.register({ stamping_account_ids: [one.customer.account, id] });
    t.match(refused, { status: 422, body: { code: 'stamping_account_unknown' } });
  }
  t.equal(await status(one.customer.account), 'not_enabled', 'nothing is left behind');
  t.equal((await one.register()).status, 201);
});

t.test('a change replaces what it names', async (t) => {
  const { owner, customer, sibling, register } = await start();
  const emitter = (await register()).body;
  const patch = (body: object) => api.call('PATCH', `/v1/emitters/${emitter.id}`, { as: owner.as, body });
  const moved = await patch({ postal_code: '06000' });
  t.match(moved.body, { ...emitter, postal_code: '06000', updated_at: api.clock.now().toISOString() });
  t.same((await patch({ stamping_account_ids: [sibling] })).body.stamping_account_ids, [sibling]);
  t.same([await status(customer.account), await status(sibling)], ['not_enabled', 'active']);
  t.same((await patch({ stamping_account_ids: [] })).body.stamping_account_ids, []);
  t.same((await patch({ stamping_account_ids: [sibling, sibling] })).body.stamping_account_ids, [sibling]);
  for (const body of [{}, { rfc: draft.rfc }, { status: 'suspended' }, { legal_name: null }, { nic: customer.nic }]) {
    t.equal((await patch(body)).status, 400, JSON.stringify(body));
  }
});

t.test('a suspension is seen at once, and lifted', async (t) => {
  const { owner, customer, register } = await start();
  const { id } = (await register()).body;
  const url = `/v1/emitters/${id}/suspension`;
  for (let i = 0; i < 2; i++) {
    t.match(await api.call('PUT', url, { as: owner.as }), { status: 200, body: { id, status: 'suspended' } });
    t.equal(await status(customer.account), 'suspended');
  }
  for (let i = 0; i < 2; i++) t.equal((await api.call('DELETE', url, { as: owner.as })).status, 204);
  t.equal(await status(customer.account), 'active');
  const events = await api.database.prisma.event.findMany({ where: { subject: id } });
  t.same(events.map(({ type }) => type).sort(), ['emitter.reactivated', 'emitter.registered', 'emitter.suspended']);
});

t.test('a list has filters; an account sees the emitters that are enabled on it', async (t) => {
  const { owner, customer, sibling, path, register } = await start();
  await register();
  api.clock.advance(1);
  const second = (await register({ rfc: 'XIA190128J61', stamping_account_ids: [sibling] })).body;
  await api.call('PUT', `/v1/emitters/${second.id}/suspension`, { as: owner.as });
  const list = async (as: typeof owner.as | typeof customer.as, query = '') =>
    (await api.call('GET', path + query, { as })).body.data.map(({ rfc }: { rfc: string }) => rfc);
  t.same(await list(owner.as), [draft.rfc, 'XIA190128J61']);
  t.same(await list(owner.as, '?status=suspended'), ['XIA190128J61']);
  t.same(await list(owner.as, `?rfc=${draft.rfc}`), [draft.rfc]);
  t.same(await list(owner.as, `?stamping_account_id=${sibling}`), [draft.rfc, 'XIA190128J61']);
  t.same(await list(customer.as), [draft.rfc]);
  t.same(await list(customer.as, `?stamping_account_id=${sibling}`), [draft.rfc], 'enabled on both');
  t.equal((await api.call('GET', `/v1/emitters/${second.id}`, { as: customer.as })).status, 404);
});

t.test('who may change emitters: owners, admins and operators', async (t) => {
  const { customer, path, register } = await start();
  const { id } = (await register()).body;
  const allowed = { owner: 200, admin: 200, operator: 200, billing: 403, read_only: 403 };
  for (const [role, status] of Object.entries(allowed)) {
    const { as } = await api.member(staff, customer, role);
    t.equal((await api.call('GET', path, { as })).status, 200, `${role} looks`);
    const patch = await api.call('PATCH', `/v1/emitters/${id}`, { as, body: { postal_code: '06000' } });
    t.equal(patch.status, status, role);
  }
  t.equal((await api.call('POST', path, { as: customer.as, body: draft })).status, 403, 'a machine registers nobody');
});

t.test('a repeated registration is the first one again, whoever of the customer repeats it', async (t) => {
  const { owner, customer, path } = await start();
  const admin = await api.member(staff, customer, 'admin');
  const key = api.key();
  const first = await api.call('POST', path, { as: owner.as, key, body: draft });
  const again = await api.call('POST', path, { as: admin.as, key, body: draft });
  t.same(again.body, first.body);
  t.equal(again.headers['idempotent-replayed'], 'true');
  const reader = await api.member(staff, customer, 'read_only');
  t.equal(
    (await api.call('POST', path, { as: reader.as, key, body: draft })).status,
    403,
    'a replay asks who may, too',
  );
  const stranger = await api.person(staff);
  t.equal((await api.call('POST', path, { as: stranger.as, key, body: draft })).status, 404);
});
