import t from 'tap';
import { testApp } from '../../support/app.js';
import { secondAccount } from '../../support/tenants.js';

const api = await testApp(t);
const staff = await api.staff();
const idsOf = (list: { data: { id: string }[] }) => list.data.map(({ id }) => id);

t.test('each sees the accounts that are theirs', async (t) => {
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  api.clock.advance(1);
  const sibling = await secondAccount(api, customer);
  const stranger = await api.customer(staff, undefined, { environment: 'production' });
  const list = async (as: typeof owner.as | typeof customer.as, query = '') =>
    idsOf((await api.call('GET', `/v1/stamping-accounts${query}`, { as })).body);
  t.same(await list(owner.as), [customer.account, sibling]);
  t.same(await list(customer.as), [customer.account], 'an account sees itself');
  t.same(await list(staff.as, `?nic=${customer.nic}`), [customer.account, sibling]);
  t.same(await list(staff.as, '?environment=production'), [stranger.account]);
  t.same(await list(owner.as, '?status=blocked'), []);
  const first = (await api.call('GET', '/v1/stamping-accounts?limit=1', { as: owner.as })).body;
  t.same(idsOf(first), [customer.account]);
  t.same(await list(owner.as, `?limit=1&cursor=${first.page.next_cursor}`), [sibling]);
  const theirs = await api.call('GET', `/v1/stamping-accounts?limit=1&cursor=${first.page.next_cursor}`, {
    as: stranger.as,
  });
  t.same(idsOf(theirs.body), [stranger.account], 'a cursor of others opens nothing of theirs');
});

t.test('a block stops nothing but stamps, has a reason, and is lifted', async (t) => {
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  const url = `/v1/stamping-accounts/${customer.account}`;
  const block = (reason: string) => api.call('PUT', `${url}/block`, { as: staff.as, body: { reason } });
  t.match(await block('Pago vencido'), { status: 200, body: { status: 'blocked', blocked_reason: 'Pago vencido' } });
  t.match(await block('Otra cosa'), { status: 200, body: { blocked_reason: 'Otra cosa' } });
  t.equal((await api.call('GET', url, { as: customer.as })).body.status, 'blocked', 'the account still reads');
  t.equal((await api.call('PUT', `${url}/block`, { as: owner.as, body: { reason: 'x' } })).status, 403);
  t.equal((await api.call('DELETE', `${url}/block`, { as: owner.as })).status, 403);
  for (let i = 0; i < 2; i++) t.equal((await api.call('DELETE', `${url}/block`, { as: staff.as })).status, 204);
  t.match((await api.call('GET', url, { as: owner.as })).body, { status: 'active', blocked_reason: null });
  const events = await api.database.prisma.event.findMany({ where: { subject: customer.account } });
  t.same(events.map(({ type }) => type).sort(), [
    'stamping_account.blocked',
    'stamping_account.blocked',
    'stamping_account.opened',
    'stamping_account.reactivated',
  ]);
});

t.test('grants add up in balance and movements, and a repeated one gives nothing', async (t) => {
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  const url = `/v1/stamping-accounts/${customer.account}`;
  const key = api.key();
  const grant = (amount: number, key: string) =>
    api.call('POST', `${url}/grants`, { as: staff.as, key, body: { amount, reason: 'Bienvenida' } });
  const first = await grant(100, key);
  t.match(first, { status: 201, body: { amount: 100, reason: 'Bienvenida', stamping_account_id: customer.account } });
  t.same((await api.call('GET', String(first.headers.location), { as: owner.as })).body, first.body);
  const again = await grant(100, key);
  t.same(again.body, first.body);
  t.equal(again.headers['idempotent-replayed'], 'true');
  t.match(await grant(101, key), { status: 422, body: { code: 'idempotency_key_reused' } });
  api.clock.advance(100 * 3_600_000);
  const lateStaff = await api.staff();
  const late = await api.call('POST', `${url}/grants`, {
    as: lateStaff.as,
    key,
    body: { amount: 100, reason: 'Bienvenida' },
  });
  t.equal(late.body.id, first.body.id, 'remembered for ever, whoever of staff repeats it');
  await api.call('POST', `${url}/grants`, { as: lateStaff.as, key: api.key(), body: { amount: 5 } });

  const balance = await api.call('GET', `${url}/balance`, { as: customer.as });
  t.match(balance.body, { available_stamps: 105, reserved_stamps: 0, consumed_stamps: 0, received_stamps: 105 });
  const page = await api.call('GET', `${url}/movements?limit=1`, { as: customer.as });
  t.match(page.body.data, [{ position: 1, kind: 'grant', available_delta: 100, reference_id: first.body.id }]);
  const rest = await api.call('GET', `${url}/movements?limit=1&cursor=${page.body.page.next_cursor}`, {
    as: customer.as,
  });
  t.match(rest.body, { data: [{ position: 2, available_delta: 5 }], page: { has_more: false, next_cursor: null } });
});

t.test('a hundred grants at once with one key give once', async (t) => {
  const customer = await api.customer(await api.staff());
  const { as } = await api.staff();
  const key = api.key();
  const grant = () =>
    api.call('POST', `/v1/stamping-accounts/${customer.account}/grants`, { as, key, body: { amount: 7 } });
  const answers = await Promise.all(Array.from({ length: 100 }, grant));
  for (const { status } of answers) t.ok(status === 201 || status === 409);
  t.equal((await grant()).status, 201);
  const balance = await api.call('GET', `/v1/stamping-accounts/${customer.account}/balance`, { as });
  t.equal(balance.body.available_stamps, 7);
});

t.test('only staff grants, with a key, and only whole stamps', async (t) => {
  const staff = await api.staff();
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  const url = `/v1/stamping-accounts/${customer.account}/grants`;
  const post = (as: typeof owner.as | typeof customer.as, body: object, key?: string) =>
    api.call('POST', url, { as, body, ...(key && { key }) });
  t.equal((await post(owner.as, { amount: 1 }, api.key())).status, 403);
  t.equal((await post(customer.as, { amount: 1 }, api.key())).status, 403);
  t.equal((await post(staff.as, { amount: 1 })).body.code, 'idempotency_key_required');
  t.equal((await post(staff.as, { amount: 1 }, 'a b')).body.code, 'invalid_idempotency_key');
  for (const amount of [0, -1, 1.5, '5', null, 1e12, Number.MAX_SAFE_INTEGER]) {
    const answer = await post(staff.as, { amount }, api.key());
    t.match(answer.body, { code: 'invalid_request', errors: [{ pointer: '/body/amount' }] }, String(amount));
  }
});
