import { randomBytes, type X509Certificate } from 'node:crypto';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { buildApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { createStaffProfile } from '../../src/features/identity/index.js';
import { FixedClock } from '../../src/platform/clock.js';
import type { Database } from '../../src/platform/db/database.js';
import { UnitOfWork } from '../../src/platform/db/unit-of-work.js';
import { createLogger } from '../../src/platform/log.js';
import { Keyring, PasswordHasher } from '../../src/platform/secrets/index.js';
import { type Teardown, testDatabase } from './database.js';

/** How a request says who asks. */
export type Credentials = { readonly bearer: string } | { readonly account: string; readonly secret: string };

/** What a request consists of besides method and path. */
export interface CallOptions {
  readonly as?: Credentials | undefined;
  readonly body?: unknown;
  /** Idempotency-Key. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address that it comes from. */
  readonly from?: string;
}

/** An answer; `body` is what its JSON says. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and fail where the shape is wrong
  readonly body: any;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A person with a log-in. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly as: { readonly bearer: string };
  readonly refreshToken: string;
}

/** A customer with its first stamping account and the credentials of that. */
export interface TestCustomer {
  readonly nic: string;
  readonly account: string;
  readonly as: { readonly account: string; readonly secret: string };
}

/** The part of tap that a test of the whole app needs. */
export interface TestContext extends Teardown {
  fail(message: string): unknown;
}

const taxData = { legal_name: 'ESCUELA KEMPER URGATE', tax_regime: '601', postal_code: '42501' };

/** What a test brings of its own. */
export interface TestAppOptions {
  /** A fresh one where left out. */
  readonly database?: Database;
  /** Authorities that the sandbox trusts besides its own. */
  readonly anchors?: readonly X509Certificate[];
}

/** The whole of Timbrel on a fresh database, at an instant that stands still until the test moves it. */
export async function testApp(t: TestContext, options: TestAppOptions = {}): Promise<TestApp> {
  const database = options.database ?? (await testDatabase(t));
  const clock = new FixedClock(new Date('2026-03-04T18:00:00.000Z'));
  return openApp(t, { database, clock, keyring: new Keyring([randomBytes(32)]), anchors: options.anchors ?? [] });
}

/** Another process of the same installation: the same database, master key and time, and nothing else in common. */
export function secondApp(t: TestContext, { database, clock, keyring }: TestApp): Promise<TestApp> {
  return openApp(t, { database, clock, keyring, anchors: [] });
}

interface Parts extends Required<TestAppOptions> {
  readonly clock: FixedClock;
  readonly keyring: Keyring;
}

async function openApp(t: TestContext, { database, clock, keyring, anchors }: Parts): Promise<TestApp> {
  const logged: string[] = [];
  const app = await buildApp({
    // Nothing here is about rates.
    config: readConfig({ TIMBREL_RATE_ANONYMOUS: '1000000', TIMBREL_RATE_STANDARD: '1000000' }),
    database,
    keyring,
    clock,
    logger: createLogger('trace', { write: (line) => void logged.push(line) }),
    anchors: { sandbox: anchors, production: [] },
    onUndeclaredProblem: (operation, code) => t.fail(`${operation} answered ${code}, which it does not declare`),
  });
  t.teardown(() => app.close());
  return new TestApp(app, database, clock, keyring, logged);
}

/** A running app with what tests do to it again and again. */
export class TestApp {
  #count = 0;

  constructor(
    readonly app: FastifyInstance,
    readonly database: Database,
    readonly clock: FixedClock,
    readonly keyring: Keyring,
    /** The lines of its log. */
    readonly logged: readonly string[],
  ) {}

  /** Sends a request. */
  async call(method: NonNullable<InjectOptions['method']>, url: string, options: CallOptions = {}): Promise<Answer> {
    const { as, body, key, headers, from } = options;
    const response = await this.app.inject({
      method,
      url,
      headers: {
        ...(as && { authorization: authorizationOf(as) }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...headers,
      },
      ...(from !== undefined && { remoteAddress: from }),
      ...(body !== undefined && { payload: body as object }),
    });
    const json = String(response.headers['content-type']).includes('json');
    const { statusCode: status, body: text } = response;
    return { status, text, headers: response.headers, body: json ? JSON.parse(text) : undefined };
  }

  /** A member of staff, logged in. */
  async staff(): Promise<Person> {
    const draft = { email: this.#email(), givenName: 'Sara', familyName: 'Soto', password: 'Muy-secreta-1' };
    const uow = new UnitOfWork(this.database);
    await createStaffProfile({ uow, clock: this.clock, passwords: new PasswordHasher() }, draft);
    return this.logIn(draft.email, draft.password);
  }

  /** Somebody with a log-in and nothing else. */
  async person(staff: Person): Promise<Person> {
    const body = { email: this.#email(), given_name: 'Ana', family_name: 'Ruiz' };
    const { body: profile } = await this.call('POST', '/v1/profiles', { as: staff.as, body });
    return this.logIn(body.email, profile.temporary_password);
  }

  async logIn(email: string, password: string): Promise<Person> {
    const { status, body } = await this.call('POST', '/v1/sessions', { body: { email, password } });
    if (status !== 201) throw new Error(`The log-in was answered ${status}: ${JSON.stringify(body)}`);
    const { session, access_token: bearer, refresh_token: refreshToken } = body;
    return { id: session.profile_id, email, password, as: { bearer }, refreshToken };
  }

  /** A customer, owned by a profile if one is given. */
  async customer(staff: Person, owner?: Person, fields: object = {}): Promise<TestCustomer> {
    const body = { rfc: 'EKU9003173C9', ...taxData, ...(owner && { owner_profile_id: owner.id }), ...fields };
    const answer = await this.call('POST', '/v1/customers', { as: staff.as, key: this.key(), body });
    if (answer.status !== 201) throw new Error(`The customer was answered ${answer.status}: ${answer.text}`);
    const { nic, stamping_account: account, machine_secret: secret } = answer.body;
    return { nic, account: account.id, as: { account: account.id, secret: secret.secret } };
  }

  /** Makes a profile a member of a customer. */
  async member(staff: Person, customer: TestCustomer, role: string): Promise<Person> {
    const person = await this.person(staff);
    const body = { profile_id: person.id, role };
    await this.call('POST', `/v1/customers/${customer.nic}/members`, { as: staff.as, body });
    return person;
  }

  /** An emitter of a customer; its public id. */
  async emitter(staff: Person, customer: TestCustomer, fields: object = {}): Promise<string> {
    const body = { rfc: 'EKU9003173C9', ...taxData, ...fields };
    const answer = await this.call('POST', `/v1/customers/${customer.nic}/emitters`, { as: staff.as, body });
    if (answer.status !== 201) throw new Error(`The emitter was answered ${answer.status}: ${answer.text}`);
    return answer.body.id;
  }

  /** An Idempotency-Key that was not used before. */
  key(): string {
    this.#count += 1;
    return `key-${this.#count}`;
  }

  #email(): string {
    this.#count += 1;
    return `person${this.#count}@example.mx`;
  }
}

function authorizationOf(as: Credentials): string {
  if ('bearer' in as) return `Bearer ${as.bearer}`;
  return `Basic ${Buffer.from(`${as.account}:${as.secret}`).toString('base64')}`;
}
