import t from 'tap';
import { testApp } from '../../support/app.js';

const api = await testApp(t);
const day = 86_400_000;

/** A customer with its owner, who just logged in. */
async function start() {
  const staff = await api.staff();
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  const url = `/v1/stamping-accounts/${customer.account}`;
  const works = async (secret: string) =>
    (await api.call('GET', url, { as: { account: customer.account, secret } })).status === 200;
  const rotate = (body: object, key?: string) =>
    api.call('POST', `${url}/secrets`, { as: owner.as, body, ...(key && { key }) });
  return { staff, owner, customer, url, works, rotate };
}

t.test('a rotation gives a new secret and lets the old one live for the overlap', async (t) => {
  const { customer, works, rotate } = await start();
  const old = customer.as.secret;
  const rotated = await rotate({ overlap_seconds: 3600 });
  t.match(rotated, { status: 201, body: { secret: /^tbl_acc_sbx_/, expires_at: null, revoked_at: null } });
  const { secret } = rotated.body;
  t.ok((await works(old)) && (await works(secret)));
  api.clock.advance(3_600_000);
  t.notOk(await works(old), 'over to the instant');
  t.ok(await works(secret));
});

t.test('the overlap is a day unless said otherwise, and may be nothing', async (t) => {
  const { customer, works, rotate } = await start();
  const second = (await rotate({})).body.secret;
  api.clock.advance(day - 1);
  t.ok(await works(customer.as.secret));
  api.clock.advance(1);
  t.notOk(await works(customer.as.secret));
  const next = await start();
  const only = (await next.rotate({ overlap_seconds: 0 })).body.secret;
  t.notOk(await next.works(next.customer.as.secret));
  t.ok((await next.works(only)) && (await works(second)));
});

t.test('of rotations at once that end the others, one secret is left', async (t) => {
  const { works, rotate } = await start();
  const rotated = await Promise.all(Array.from({ length: 8 }, () => rotate({ overlap_seconds: 0 })));
  const working = await Promise.all(rotated.map(({ body }) => works(body.secret)));
  t.equal(working.filter(Boolean).length, 1);
});

t.test('an end that was set is not put off by another rotation', async (t) => {
  const { customer, works, rotate } = await start();
  await rotate({ overlap_seconds: 60 });
  await rotate({ overlap_seconds: 3600 });
  api.clock.advance(60_000);
  t.notOk(await works(customer.as.secret));
});

t.test('a repeated rotation makes nothing and shows nothing', async (t) => {
  const { url, owner, rotate } = await start();
  const key = api.key();
  const first = await rotate({}, key);
  t.match((await rotate({}, key)).body, { ...first.body, secret: null });
  const { body } = await api.call('GET', `${url}/secrets`, { as: owner.as });
  t.equal(body.data.length, 2);
  const one = await api.call('GET', String(first.headers.location), { as: owner.as });
  const { secret: _, ...rest } = first.body;
  t.same(one.body, rest, 'without the secret');
});

t.test('secrets are for owners, admins and staff', async (t) => {
  const { staff, customer, url } = await start();
  const allowed = { owner: 200, admin: 200, billing: 403, operator: 403, read_only: 403 };
  for (const [role, status] of Object.entries(allowed)) {
    const { as } = await api.member(staff, customer, role);
    t.equal((await api.call('GET', `${url}/secrets`, { as })).status, status, role);
  }
  t.equal(
    (await api.call('GET', `${url}/secrets`, { as: customer.as })).status,
    403,
    'a machine does not rotate itself',
  );
  t.equal((await api.call('POST', `${url}/secrets`, { as: customer.as, body: {} })).status, 403);
});

t.test('bounds', async (t) => {
  const { rotate } = await start();
  for (const overlap_seconds of [-1, 2_592_001, 0.5, '60', null]) {
    t.equal((await rotate({ overlap_seconds })).status, 400, String(overlap_seconds));
  }
  t.equal((await rotate({ expires_at: '2030-01-01T00:00:00Z' })).status, 400);
});
