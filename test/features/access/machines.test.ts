import { PassThrough } from 'node:stream';
import t from 'tap';
import { fromPublicId, toPublicId } from '../../../src/platform/ids.js';
import { generateMachineSecret } from '../../../src/platform/secrets/index.js';
import { type Credentials, secondApp, type TestCustomer, testApp } from '../../support/app.js';

const api = await testApp(t);
const staff = await api.staff();

const tokenFor = ({ as }: TestCustomer, changes: object = {}) => {
  const body = { grant_type: 'client_credentials', client_id: as.account, client_secret: as.secret, ...changes };
  return api.call('POST', '/v1/oauth/token', { body });
};
const accountOf = ({ account }: TestCustomer, as?: Credentials, headers?: Record<string, string>) =>
  api.call('GET', `/v1/stamping-accounts/${account}`, { as, ...(headers && { headers }) });
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

t.test('an account and its secret work as HTTP Basic and for a token', async (t) => {
  const customer = await api.customer(staff);
  t.equal((await accountOf(customer, customer.as)).status, 200);
  const answer = await tokenFor(customer);
  t.match(answer, { status: 200, body: { token_type: 'Bearer', expires_in: 900, refresh_token: null } });
  t.equal((await accountOf(customer, { bearer: answer.body.access_token })).status, 200);
  t.equal(answer.headers['cache-control'], 'no-store');
});

t.test('a token can be asked for by a form, as OAuth has it', async (t) => {
  const { as } = await api.customer(staff);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: as.account,
    client_secret: as.secret,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  t.equal((await api.call('POST', '/v1/oauth/token', { body: form.toString(), headers })).status, 200);
});

t.test('what is not a good pair of account and secret is the same 401', async (t) => {
  const customer = await api.customer(staff);
  const { account, secret } = customer.as;
  const other = await api.customer(staff);
  const refused = [
    basic(`${account}:${other.as.secret}`),
    basic(`${other.as.account}:${secret}`),
    basic(`${account}:${generateMachineSecret('account', 'sandbox')}`),
    basic(`${account}:${generateMachineSecret('master', 'sandbox')}`),
    basic(`${account}:`),
    basic(`:${secret}`),
    basic(`${account}${secret}`),
    basic(`${account}:${secret} `),
    basic(`${account.toUpperCase()}:${secret}`),
    basic(`${account}:${'x'.repeat(900)}`),
    { authorization: `Basic ${account}:${secret}` },
    { authorization: `Bearer ${secret}` },
    { authorization: 'Basic' },
    { authorization: `Digest ${'A'.repeat(3000)}` },
    {},
  ];
  const answers = await Promise.all(
    refused.map((headers) => accountOf(customer, undefined, { ...headers, 'x-request-id': 'same-request' })),
  );
  for (const { status, text, headers } of answers) {
    t.equal(status, 401);
    t.equal(text, answers[0]?.text);
    t.match(headers['www-authenticate'], /Basic/);
  }
});

t.test('a token for the wrong pair is refused in OAuth’s own word', async (t) => {
  const customer = await api.customer(staff);
  for (const changes of [
    { client_secret: 'wrong' },
    { client_id: 'wrong' },
    { client_id: 'sta_00000000000000000000000000' },
  ]) {
    const answer = await tokenFor(customer, changes);
    t.match(answer, { status: 401, body: { code: 'invalid_credentials', error: 'invalid_client' } });
  }
  t.match(await tokenFor(customer, { client_secret: undefined }), {
    status: 400,
    body: { errors: [{ pointer: '/body/client_secret' }] },
  });
  t.equal((await tokenFor(customer, { grant_type: 'password' })).status, 400);
});

t.test('a revoked secret is dead at the next request, and its tokens with it, in every process', async (t) => {
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  const other = await secondApp(t, api);
  const bearer = (await tokenFor(customer)).body.access_token;
  const seenThere = await other.call('GET', `/v1/stamping-accounts/${customer.account}`, { as: { bearer } });
  t.equal(seenThere.status, 200, 'good in the other process until now');
  const path = `/v1/stamping-accounts/${customer.account}/secrets`;
  const [secret] = (await api.call('GET', path, { as: owner.as })).body.data;
  t.equal((await api.call('DELETE', `${path}/${secret.id}`, { as: owner.as })).status, 204);
  const url = `/v1/stamping-accounts/${customer.account}`;
  for (const process of [api, other]) {
    t.equal((await process.call('GET', url, { as: customer.as })).status, 401);
    t.equal((await process.call('GET', url, { as: { bearer } })).status, 401);
  }
  t.equal((await tokenFor(customer)).status, 401);
  t.equal(
    (await api.call('DELETE', `${path}/${secret.id}`, { as: owner.as })).status,
    204,
    'a second time is harmless',
  );
});

t.test('whose secret is revoked while the body is on its way does not act any more', async (t) => {
  const customer = await api.customer(staff);
  const body = new PassThrough();
  const headers = { ...basic(`${customer.account}:${customer.as.secret}`), 'content-type': 'application/json' };
  const slow = api.app.inject({ method: 'POST', url: '/v1/sandbox/certificates', headers, payload: body });
  body.write('{"rfc":"EKU9003173C9",');
  // Look-ups of secrets are answered in their order: after this one the slow request has been let in.
  t.equal((await accountOf(customer, customer.as)).status, 200);
  const { id } = await api.database.prisma.machineSecret.findFirstOrThrow({
    where: { accountId: fromPublicId('sta', customer.account)! },
  });
  const path = `/v1/stamping-accounts/${customer.account}/secrets/${toPublicId('key', id)}`;
  t.equal((await api.call('DELETE', path, { as: staff.as })).status, 204);
  api.clock.advance(2_000);
  body.end('"legal_name":"ESCUELA KEMPER URGATE"}');
  t.equal((await slow).statusCode, 401);
});

t.test('many callers at once are all answered, each as who they are', async (t) => {
  const customers = await Promise.all([1, 2, 3].map(() => api.customer(staff)));
  const calls = Array.from({ length: 60 }, (_, at) => {
    const customer = customers[at % 3]!;
    const wrong = at % 4 === 3;
    const as = wrong ? { ...customer.as, secret: generateMachineSecret('account', 'sandbox') } : customer.as;
    return accountOf(customer, as).then(({ status, body }) => [status, wrong ? body.code : body.id, customer.account]);
  });
  for (const [status, said, account] of await Promise.all(calls)) {
    if (status === 200) t.equal(said, account);
    else t.same([status, said], [401, 'authentication_required']);
  }
});

t.test('a machine is never locked out by the mistakes of others', async (t) => {
  const customer = await api.customer(staff);
  const wrong = { ...customer.as, secret: generateMachineSecret('account', 'sandbox') };
  const counted = await api.database.prisma.loginFailure.count();
  for (let i = 0; i < 60; i++) await accountOf(customer, wrong);
  t.equal((await accountOf(customer, customer.as)).status, 200);
  t.equal(await api.database.prisma.loginFailure.count(), counted);
});

t.test('neither the database nor an answer holds the secret', async (t) => {
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  const { secret } = customer.as;
  const list = await api.call('GET', `/v1/stamping-accounts/${customer.account}/secrets`, { as: owner.as });
  t.notOk(list.text.includes(secret));
  t.equal(list.body.data[0].hint, secret.slice(-4));
  const { machineSecret, event, idempotencyRecord } = api.database.prisma;
  const rows = [await machineSecret.findMany(), await event.findMany(), await idempotencyRecord.findMany()];
  t.notOk(JSON.stringify(rows).includes(secret));
});
