/**
 * Two tenants who never touch: every operation is called with every id of its path, query and body swapped for somebody
 * else's, and answers as if that id had never been given to anything. Operations are taken from the routes, so a new one is
 * tested without being named here; one whose path has a parameter that no fixture knows fails.
 */
import t, { type Test } from 'tap';
import { accessRule } from '../../src/features/access/table.js';
import type { RegisteredOperation } from '../../src/platform/http/definition.js';
import { type IdPrefix, newId, toPublicId } from '../../src/platform/ids.js';
import { type Answer, type Credentials, testApp } from '../support/app.js';
import { makeTenant, type Tenant } from '../support/tenants.js';

const api = await testApp(t);
const staff = await api.staff();
const own = await makeTenant(api, staff, 'AAA010101AAA');
const foreign = await makeTenant(api, staff, 'BBB010101BBA');

/** Somebody who asks, and what is not theirs. */
interface Asker {
  name: string;
  as: Credentials;
  others: readonly Tenant['ids'][];
}

/** Path parameters and the prefixes of their ids; a NIC has none. */
const prefixes: Record<string, IdPrefix | null> = {
  nic: null,
  account_id: 'sta',
  secret_id: 'key',
  grant_id: 'trf',
  emitter_id: 'emi',
  profile_id: 'prf',
  stamp_id: 'stm',
};

/** Ids of people, who are not a tenant's: whoever knows one may link that person. */
const sharedFields = new Set(['addMember /profile_id', 'createCustomer /owner_profile_id']);

for (const operation of api.app.operations) {
  const askers = askersOf(operation);
  for (const param of paramsOf(operation)) {
    for (const asker of askers) {
      t.test(`${operation.id}: ${asker.name} and ${param}`, (t) => swapped(t, operation, param, asker));
    }
  }
  for (const asker of askers) {
    for (const field of idFields(operation.query)) {
      t.test(`${operation.id}: ${asker.name} and ?${field}`, (t) => filtered(t, operation, field, asker));
    }
    for (const field of idFields(operation.body)) {
      if (sharedFields.has(`${operation.id} /${field}`)) continue;
      t.test(`${operation.id}: ${asker.name} and body /${field}`, (t) => named(t, operation, field, asker));
    }
  }
}

/** An id in the path: the one identical 404, whatever is wrong with it. */
async function swapped(t: Test, operation: RegisteredOperation, param: string, asker: Asker): Promise<void> {
  if (!(param in prefixes)) return void t.fail(`no fixture knows the parameter ${param}`);
  const ask = (value: string) => send(operation, asker, { ...own.ids, [param]: value });
  if (operation.method === 'GET') t.not((await ask(own.ids[param]!)).status, 404, 'one’s own is there');
  const unknown = await ask(unknownId(param));
  t.match(unknown, { status: 404, body: { code: 'not_found' } }, 'an id that was never given');
  for (const value of [...notTheirs(asker, param), ...malformed(param)]) {
    t.same(bytesOf(await ask(value)), bytesOf(unknown), `as if ${value} had never been given`);
  }
}

/** An id in a filter: the answer to an id that was never given. */
async function filtered(t: Test, operation: RegisteredOperation, field: string, asker: Asker): Promise<void> {
  const ask = (value: string) => send(operation, asker, own.ids, { query: `?${field}=${value}` });
  const unknown = await ask(unknownId(field));
  for (const id of notTheirs(asker, field)) t.same(bytesOf(await ask(id)), bytesOf(unknown));
}

/** An id in the body: the refusal of an id that was never given. */
async function named(t: Test, operation: RegisteredOperation, field: string, asker: Asker): Promise<void> {
  const ask = async (id: string) => {
    const body = { ...exampleOf(operation), [field]: field.endsWith('_ids') ? [id] : id };
    const answer = await send(operation, asker, own.ids, { body });
    return { ...bytesOf(answer), text: answer.text.replaceAll(id, 'the id') };
  };
  const unknown = await ask(unknownId(field));
  t.ok(unknown.status >= 400, 'an id that was never given is refused');
  for (const id of notTheirs(asker, field)) t.same(await ask(id), unknown);
}

/** Who may ask for an operation at all. Staff has no strangers: for it only ids that were never given are missing. */
function askersOf({ id }: RegisteredOperation): Asker[] {
  const rule = accessRule(id)!;
  const askers: Asker[] = [];
  if (rule.members) askers.push({ name: 'an owner', as: own.owner.as, others: [foreign.ids] });
  if (rule.account) askers.push({ name: 'an account', as: own.customer.as, others: [foreign.ids, own.siblingIds] });
  if (rule.staff) askers.push({ name: 'staff', as: staff.as, others: [] });
  return askers;
}

function send(
  operation: RegisteredOperation,
  { as }: Asker,
  ids: Record<string, string>,
  { query = '', body = exampleOf(operation) }: { query?: string; body?: object | undefined } = {},
): Promise<Answer> {
  const url = operation.path.replace(/:(\w+)/g, (_, param: string) => encodeURIComponent(ids[param] ?? 'none')) + query;
  return api.call(operation.method, url, {
    as,
    ...(operation.method !== 'GET' && body && { body }),
    ...(operation.idempotency === 'key-required' && { key: api.key() }),
    headers: { 'x-request-id': 'two-tenants-request' },
  });
}

function exampleOf({ examples }: RegisteredOperation): object | undefined {
  return Object.values(examples ?? {})[0]?.value as object | undefined;
}

function paramsOf({ path }: RegisteredOperation): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, param]) => param!);
}

/** Status, headers and body; the moment of the answer and the caller's own count of requests aside. */
function bytesOf({ status, headers: { date: _, ratelimit: __, ...headers }, text }: Answer) {
  return { status, headers, text };
}

/** The fields of a schema that take a NIC or a public id. */
function idFields(schema: unknown): string[] {
  const { properties = {} } = (schema ?? {}) as {
    properties?: Record<string, { pattern?: string; items?: { pattern?: string } }>;
  };
  const isId = (pattern?: string) => /^\^[a-z]{3}_\[0-7\]/.test(pattern ?? '');
  return Object.entries(properties)
    .filter(([name, { pattern, items }]) => name === 'nic' || isId(pattern) || isId(items?.pattern))
    .map(([name]) => name);
}

/** `stamping_account_ids` takes what the path calls `account_id`. */
function paramOf(field: string): string {
  return field.replace(/^stamping_/, '').replace(/_ids$/, '_id');
}

/** The ids of others that a field could be given. */
function notTheirs({ others }: Asker, field: string): string[] {
  return others.flatMap((ids) => ids[paramOf(field)] ?? []);
}

function unknownId(field: string): string {
  const prefix = prefixes[paramOf(field)];
  return prefix ? toPublicId(prefix, newId()) : '99999999';
}

/** What is no id of the kind, one way or another. */
function malformed(param: string): string[] {
  const prefix = prefixes[param];
  const wrongKind = toPublicId(prefix === 'sta' ? 'emi' : 'sta', newId());
  return [wrongKind, 'x', '0', `${own.ids[param]?.toUpperCase()}X`, `${own.ids[param]}%00`, "' OR 1=1 --"];
}
