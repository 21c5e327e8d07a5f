import { createPrivateKey, X509Certificate } from 'node:crypto';
import { localTime } from '../../src/core/cfdi/index.js';
import {
  type Answer,
  type Credentials,
  type Person,
  type TestApp,
  type TestAppOptions,
  type TestContext,
  type TestCustomer,
  testApp,
} from './app.js';
import { type CfdiOptions, makeCfdi } from './cfdi.js';

/** A taxpayer of the sandbox: certificate and key as an ERP holds them. */
export type Csd = Pick<CfdiOptions, 'certificate' | 'privateKey'>;

/** How a document is sent. */
export interface Sending {
  readonly key?: string;
  readonly as?: Credentials;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An app with a customer that can stamp: a hundred stamps, an emitter, its CSD. */
export class StampingApp {
  #folio = 0;

  private constructor(
    readonly timbrel: TestApp,
    readonly staff: Person,
    readonly customer: TestCustomer,
    readonly emitter: string,
    readonly csd: Csd,
  ) {}

  static async open(t: TestContext, options: TestAppOptions = {}): Promise<StampingApp> {
    const timbrel = await testApp(t, options);
    const staff = await timbrel.staff();
    const customer = await timbrel.customer(staff);
    const emitter = await timbrel.emitter(staff, customer);
    const app = new StampingApp(timbrel, staff, customer, emitter, await newCsd(timbrel, customer));
    await app.grant(100);
    return app;
  }

  /** Gives stamps to a customer's account. */
  async grant(amount: number, { account }: TestCustomer = this.customer): Promise<void> {
    const { staff, timbrel } = this;
    const options = { as: staff.as, key: timbrel.key(), body: { amount, reason: 'test' } };
    const answer = await timbrel.call('POST', `/v1/stamping-accounts/${account}/grants`, options);
    if (answer.status !== 201) throw new Error(answer.text);
  }

  /** A new sealed document of the emitter, issued now. */
  cfdi(options: Partial<CfdiOptions> = {}): Buffer {
    this.#folio += 1;
    const fecha = localTime(this.timbrel.clock.now(), 'America/Mexico_City');
    return makeCfdi({ ...this.csd, fecha, folio: String(this.#folio), ...options });
  }

  /** Sends a document to be stamped. */
  stamp(xml: Buffer, sending: Sending = {}): Promise<Answer> {
    return this.send('/v1/stamps', xml, sending);
  }

  /** Sends a document to any operation that takes one. */
  send(path: string, xml: Buffer, { key, as = this.customer.as, headers }: Sending = {}): Promise<Answer> {
    const all = { 'content-type': 'application/xml', ...headers };
    return this.timbrel.call('POST', path, { as, body: xml, headers: all, ...(key !== undefined && { key }) });
  }

  /** What is available and consumed on an account. */
  async balance(
    { account, as }: TestCustomer = this.customer,
  ): Promise<readonly [available: number, consumed: number]> {
    const { body } = await this.timbrel.call('GET', `/v1/stamping-accounts/${account}/balance`, { as });
    return [body.available_stamps, body.consumed_stamps];
  }
}

/** A CSD from the sandbox, as an integrator gets one. */
export async function newCsd(timbrel: TestApp, { as }: TestCustomer, rfc = 'EKU9003173C9'): Promise<Csd> {
  const body = { rfc, legal_name: 'ESCUELA KEMPER URGATE' };
  const answer = await timbrel.call('POST', '/v1/sandbox/certificates', { as, body });
  if (answer.status !== 201) throw new Error(answer.text);
  const der = (text: string) => Buffer.from(text, 'base64');
  const key = { key: der(answer.body.private_key), format: 'der', type: 'pkcs8' } as const;
  return {
    certificate: new X509Certificate(der(answer.body.certificate)),
    privateKey: createPrivateKey({ ...key, passphrase: answer.body.password }),
  };
}
