import { randomUUID } from 'node:crypto';
import { openStampingAccount, prepareSecret } from '../../src/features/stamping-accounts/index.js';
import { UnitOfWork } from '../../src/platform/db/unit-of-work.js';
import { fromPublicId, newId, toPublicId } from '../../src/platform/ids.js';
import type { Person, TestApp, TestCustomer } from './app.js';
import { sha256 } from './stamping.js';

/** A customer with one of everything; `ids` by the names that paths give them. */
export interface Tenant {
  readonly owner: Person;
  readonly customer: TestCustomer;
  readonly ids: Record<string, string>;
  /** The same of another account of the same customer, which the credentials of the first do not reach. */
  readonly siblingIds: Record<string, string>;
}

/** Makes a tenant whose emitter has this RFC. */
export async function makeTenant(api: TestApp, staff: Person, rfc: string): Promise<Tenant> {
  const owner = await api.person(staff);
  const customer = await api.customer(staff, owner);
  const sibling = await secondAccount(api, customer);
  const common = { nic: customer.nic, profile_id: owner.id };
  const ids = { ...common, ...(await oneOfEverything(api, staff, customer, customer.account, rfc)) };
  const siblingIds = await oneOfEverything(api, staff, customer, sibling, 'CCC010101CCA');
  return { owner, customer, ids, siblingIds };
}

/** Which an account's own credentials do not open. */
async function oneOfEverything(api: TestApp, staff: Person, customer: TestCustomer, account: string, rfc: string) {
  const path = `/v1/stamping-accounts/${account}`;
  const grant = await api.call('POST', `${path}/grants`, { as: staff.as, key: api.key(), body: { amount: 5 } });
  const secrets = await api.call('GET', `${path}/secrets`, { as: staff.as });
  return {
    account_id: account,
    secret_id: secrets.body.data[0].id as string,
    grant_id: grant.body.id as string,
    emitter_id: await api.emitter(staff, customer, { rfc, stamping_account_ids: [account] }),
    stamp_id: await stampRow(api, account, rfc),
  };
}

/** Another account of a customer; its public id. */
export async function secondAccount(api: TestApp, { nic }: TestCustomer): Promise<string> {
  const { id: customerId } = await api.database.prisma.customer.findUniqueOrThrow({ where: { nic } });
  const secret = prepareSecret(api.keyring, 'sandbox');
  const draft = { customerId, environment: 'sandbox', name: 'Sucursal', secret, actor: 'test' } as const;
  const { account } = await new UnitOfWork(api.database).run((tx) => openStampingAccount(tx, api.clock, draft));
  return toPublicId('sta', account.id);
}

/** A stamp as far as looking it up goes: its row, made up. */
async function stampRow(api: TestApp, account: string, issuerRfc: string): Promise<string> {
  const accountId = fromPublicId('sta', account)!;
  const { customerId } = await api.database.prisma.stampingAccount.findUniqueOrThrow({ where: { id: accountId } });
  const now = api.clock.now();
  const digest = () => Uint8Array.from(sha256(randomUUID()));
  const { id } = await api.database.prisma.stamp.create({
    data: {
      id: newId(api.clock),
      customerId,
      accountId,
      environment: 'sandbox',
      state: 'posted',
      operation: 'stamp',
      fingerprint: digest(),
      attributesDigest: digest(),
      contentDigest: digest(),
      certifier: 'sandbox',
      createdAt: now,
      settledAt: now,
      actor: 'test',
      documentKind: 'I',
      issuerRfc,
      receiverRfc: 'XAXX010101000',
      currency: 'MXN',
      total: '116.00',
      fiscalIssuedAt: '2026-03-04T10:00:00',
      uuid: randomUUID(),
      fiscalStampedAt: '2026-03-04T10:00:01',
      certifierRfc: 'SPR190613I52',
      certifierSerial: '30001000000500003456',
    },
  });
  return toPublicId('stm', id);
}
