/**
 * Secrets go through every operation and turn up nowhere: not in the log, not in the history, not in what is remembered
 * of answers. Operations are taken from the routes; each gets good credentials, then a body and a path full of secrets.
 */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { RegisteredOperation } from '../../src/platform/http/definition.js';
import { testApp } from '../support/app.js';

const api = await testApp(t);
const staff = await api.staff();
const person = await api.person(staff);
const customer = await api.customer(staff, person);
const typed = `Typed-${randomBytes(12).toString('hex')}-1`;

/** Everything that somebody could log in with from here on. */
const secrets: Record<string, string> = {
  'the password of staff': staff.password,
  'a temporary password': person.password,
  'a refresh token': person.refreshToken,
  'an access token': person.as.bearer,
  'the access token of staff': staff.as.bearer,
  'the secret of an account': customer.as.secret,
  'the secret as HTTP Basic': Buffer.from(`${customer.as.account}:${customer.as.secret}`).toString('base64'),
  'a password that was typed': typed,
};

/** The example of an operation with a secret in place of every text that it takes. */
function bodyOf({ examples }: RegisteredOperation): object | undefined {
  const example = Object.values(examples ?? {})[0]?.value as Record<string, unknown> | undefined;
  return example && Object.fromEntries(Object.entries(example).map(([name, value]) => [name, spoiled(value)]));
}

function spoiled(value: unknown): unknown {
  return typeof value === 'string' ? typed : value;
}

t.test('every operation, with every kind of credentials', async (t) => {
  for (const operation of api.app.operations) {
    const path = operation.path.replace(/:\w+/g, typed);
    for (const as of [staff.as, person.as, customer.as, undefined]) {
      const body = operation.method === 'GET' ? undefined : bodyOf(operation);
      const key = operation.idempotency?.startsWith('key') ? { key: api.key() } : {};
      const answer = await api.call(operation.method, path, { as, body, ...key });
      t.ok(answer.status < 500, `${operation.id} answers ${answer.status}`);
    }
  }
});

t.test('tokens and passwords where they belong, and where they do not', async () => {
  const { email } = person;
  await api.call('POST', '/v1/sessions', { body: { email, password: typed } });
  await api.call('POST', '/v1/sessions', { body: { email: typed, password: person.password } });
  const machine = { grant_type: 'client_credentials', client_id: customer.account, client_secret: customer.as.secret };
  await api.call('POST', '/v1/oauth/token', { body: machine });
  await api.call('POST', '/v1/oauth/token', { body: { ...machine, client_secret: typed } });
  const refresh = { grant_type: 'refresh_token', refresh_token: person.refreshToken };
  await api.call('POST', '/v1/oauth/token', { body: refresh });
  await api.call('GET', `/v1/customers?nic=${typed}`, { as: { bearer: typed } });
  await api.call('GET', '/v1/customers', { headers: { authorization: typed, cookie: typed } });
});

t.test('the log holds none of them', async (t) => {
  t.ok(api.logged.length > api.app.operations.length, 'there is a log');
  const log = api.logged.join('');
  // A path is logged, if at all, as the route's: who mistakes a field for another may put a secret there.
  for (const [name, secret] of Object.entries(secrets)) t.notOk(log.includes(secret), name);
});

t.test('the database holds none of them', async (t) => {
  const { event, idempotencyRecord, session, profile, machineSecret } = api.database.prisma;
  const tables = [event, idempotencyRecord, session, profile, machineSecret];
  const rows = await Promise.all(tables.map((table) => (table as typeof event).findMany()));
  const dump = JSON.stringify(rows);
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret !== typed) t.notOk(dump.includes(secret), name);
  }
});
