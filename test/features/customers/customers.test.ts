import t from 'tap';
import { type TestCustomer, testApp } from '../../support/app.js';

const api = await testApp(t);
const staff = await api.staff();
const draft = { rfc: 'EKU9003173C9', legal_name: 'ESCUELA KEMPER URGATE', tax_regime: '601', postal_code: '42501' };

t.test('a customer comes with a NIC, a stamping account and a secret that works', async (t) => {
  const owner = await api.person(staff);
  const body = { ...draft, email: 'facturas@example.mx', owner_profile_id: owner.id };
  const created = await api.call('POST', '/v1/customers', { as: staff.as, key: api.key(), body });
  t.equal(created.status, 201);
  t.match(created.body, { ...draft, email: 'facturas@example.mx', nic: /^[0-9]{8,}$/ });
  t.match(created.body.stamping_account, { nic: created.body.nic, environment: 'sandbox', kind: 'standard' });
  t.match(created.body.machine_secret.secret, /^tbl_acc_sbx_/);
  t.equal(created.headers.location, `/v1/customers/${created.body.nic}`);

  const as = { account: created.body.stamping_account.id, secret: created.body.machine_secret.secret };
  const balance = await api.call('GET', `/v1/stamping-accounts/${as.account}/balance`, { as });
  t.match(balance, { status: 200, body: { available_stamps: 0, received_stamps: 0 } });
  const { stamping_account: _, machine_secret: __, ...customer } = created.body;
  const seen = await api.call('GET', String(created.headers.location), { as: owner.as });
  t.same(seen.body, customer, 'the owner sees what was created');
});

t.test('an account in production has a secret of production', async (t) => {
  const customer = await api.customer(staff, undefined, { environment: 'production' });
  t.match(customer.as.secret, /^tbl_acc_live_/);
});

t.test('a repeated creation creates nothing and keeps the secret to itself', async (t) => {
  const request = { as: staff.as, key: api.key(), body: draft };
  const first = await api.call('POST', '/v1/customers', request);
  const before = await api.database.prisma.customer.count();
  const second = await api.call('POST', '/v1/customers', request);
  t.equal(second.status, 201);
  t.equal(second.headers['idempotent-replayed'], 'true');
  t.equal(second.body.machine_secret.secret, null);
  t.same({ ...second.body.machine_secret, secret: '' }, { ...first.body.machine_secret, secret: '' });
  t.equal(second.body.nic, first.body.nic);
  t.equal(await api.database.prisma.customer.count(), before);
  t.match(await api.call('POST', '/v1/customers', { ...request, body: { ...draft, postal_code: '06000' } }), {
    status: 422,
    body: { code: 'idempotency_key_reused' },
  });
  const stored = await api.database.prisma.idempotencyRecord.findMany();
  t.notOk(JSON.stringify(stored).includes(first.body.machine_secret.secret), 'the secret is not in what is remembered');
});

t.test('a creation that is refused leaves nothing behind', async (t) => {
  const { customer, stampingAccount, machineSecret } = api.database.prisma;
  const count = async () => [await customer.count(), await stampingAccount.count(), await machineSecret.count()];
  const before = await count();
  const key = api.key();
  const body = { ...draft, owner_profile_id: 'prf_00000000000000000000000000' };
  const refused = await api.call('POST', '/v1/customers', { as: staff.as, key, body });
  t.match(refused, { status: 422, body: { code: 'profile_unknown' } });
  t.same(await count(), before);
  const cured = await api.call('POST', '/v1/customers', { as: staff.as, key, body: draft });
  t.equal(cured.status, 201, 'the key is free again');
});

t.test('bad input is named, and nothing is coerced', async (t) => {
  const post = (body: object, key?: string) =>
    api.call('POST', '/v1/customers', { as: staff.as, body, ...(key && { key }) });
  t.match(await post(draft), { status: 400, body: { code: 'idempotency_key_required' } });
  const cases: [object, string][] = [
    [{ rfc: 'eku9003173c9' }, '/body/rfc'],
    [{ rfc: 'EKU9013403C9' }, '/body/rfc'],
    [{ legal_name: ' CON ESPACIO' }, '/body/legal_name'],
    [{ legal_name: 'A|B' }, '/body/legal_name'],
    [{ tax_regime: 601 }, '/body/tax_regime'],
    [{ postal_code: '4250' }, '/body/postal_code'],
    [{ email: 'nobody' }, '/body/email'],
    [{ environment: 'staging' }, '/body/environment'],
    [{ nic: '1' }, '/body/nic'],
    [{ status: 'active' }, '/body/status'],
  ];
  for (const [field, pointer] of cases) {
    const { status, body } = await post({ ...draft, ...field }, api.key());
    t.match({ status, code: body.code }, { status: 400, code: 'invalid_request' }, JSON.stringify(field));
    t.same([...new Set(body.errors.map((error: { pointer: string }) => error.pointer))], [pointer]);
  }
  for (const rfc of ['ÑOÑ010101AA0', 'A&A010101AAA', 'XAXX010101000']) {
    t.equal((await post({ ...draft, rfc }, api.key())).status, 201, `${rfc} is well-formed`);
  }
});

t.test('a patch changes what it names and nothing else', async (t) => {
  const owner = await api.person(staff);
  const { nic } = await api.customer(staff, owner, { email: 'viejo@example.mx' });
  const url = `/v1/customers/${nic}`;
  const before = (await api.call('GET', url, { as: owner.as })).body;
  api.clock.advance(1000);
  const moved = await api.call('PATCH', url, { as: owner.as, body: { postal_code: '06000' } });
  t.same(moved.body, { ...before, postal_code: '06000', updated_at: api.clock.now().toISOString() });
  const cleared = await api.call('PATCH', url, { as: owner.as, body: { email: null } });
  t.equal(cleared.body.email, null);
  t.equal((await api.call('PATCH', url, { as: owner.as, body: {} })).status, 400);
  t.equal((await api.call('PATCH', url, { as: owner.as, body: { rfc: 'AAA010101AAA' } })).status, 400);
  t.equal((await api.call('PATCH', url, { as: owner.as, body: { legal_name: null } })).status, 400);
});

t.test('a list shows staff everything and a member their own, page by page', async (t) => {
  const owner = await api.person(staff);
  const own: TestCustomer[] = [];
  for (let i = 0; i < 3; i++) {
    own.push(await api.customer(staff, owner));
    api.clock.advance(1);
  }
  const nics: string[] = [];
  let query = '?limit=2';
  for (;;) {
    const { body } = await api.call('GET', `/v1/customers${query}`, { as: owner.as });
    nics.push(...body.data.map(({ nic }: { nic: string }) => nic));
    if (!body.page.has_more) break;
    query = `?limit=2&cursor=${body.page.next_cursor}`;
  }
  t.same(
    nics,
    own.map(({ nic }) => nic),
  );
  const other = await api.customer(staff);
  const filtered = (as: { bearer: string }) => api.call('GET', `/v1/customers?nic=${other.nic}`, { as });
  t.equal((await filtered(staff.as)).body.data.length, 1);
  t.same((await filtered(owner.as)).body.data, []);
  const byRfc = await api.call('GET', '/v1/customers?rfc=AAA010101AAA', { as: staff.as });
  t.same(byRfc.body.data, []);
  t.equal((await api.call('GET', '/v1/customers?name=x', { as: staff.as })).status, 400);
  t.equal((await api.call('GET', '/v1/customers?cursor=x', { as: staff.as })).body.code, 'invalid_cursor');
});

t.test('who may not, may not', async (t) => {
  const customer = await api.customer(staff);
  const reader = await api.member(staff, customer, 'read_only');
  const post = (as?: { bearer: string } | { account: string; secret: string }) =>
    api.call('POST', '/v1/customers', { as, key: api.key(), body: draft });
  t.match(await post(), { status: 401, body: { code: 'authentication_required' } });
  t.match(await post(reader.as), { status: 403, body: { code: 'forbidden' } });
  t.match(await post(customer.as), { status: 403, body: { code: 'forbidden' } });
  const url = `/v1/customers/${customer.nic}`;
  t.equal((await api.call('GET', url, { as: reader.as })).status, 200);
  const change = await api.call('PATCH', url, { as: reader.as, body: { postal_code: '06000' } });
  t.match(change, { status: 403, body: { code: 'forbidden' } }, 'it is theirs to know of and not to change');
  t.equal((await api.call('GET', url, { as: customer.as })).status, 200, 'an account sees its own customer');
});

t.test('a customer’s history tells what happened and by whom', async (t) => {
  const owner = await api.person(staff);
  const { nic } = await api.customer(staff, owner);
  await api.call('PATCH', `/v1/customers/${nic}`, { as: owner.as, body: { postal_code: '06000' } });
  const { id: customerId } = await api.database.prisma.customer.findUniqueOrThrow({ where: { nic } });
  const events = await api.database.prisma.event.findMany({ where: { customerId }, orderBy: { id: 'asc' } });
  t.same(events.map(({ type, actor }) => [type, actor]).sort(), [
    ['customer.created', staff.id],
    ['customer.updated', owner.id],
    ['stamping_account.opened', staff.id],
  ]);
});
