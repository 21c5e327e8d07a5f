/** Accounts and certified documents for tests of the engine, which knows no XML: digests and texts are made up. */
import { createHash, randomUUID } from 'node:crypto';
import { openLedgerAccount } from '../../src/core/ledger/accounts.js';
import { Ledger, type Moved } from '../../src/core/ledger/ledger.js';
import type { StampClaim, StampRequest } from '../../src/core/quota/stamp.js';
import { systemClock } from '../../src/platform/clock.js';
import type { Database } from '../../src/platform/db/database.js';
import { UnitOfWork } from '../../src/platform/db/unit-of-work.js';
import { newId } from '../../src/platform/ids.js';

/** Whose stamps, and where they are good. */
export type TestAccount = Pick<StampClaim, 'customerId' | 'accountId' | 'environment'>;

/** A customer without anything. */
export async function createCustomer(database: Database): Promise<string> {
  const now = systemClock.now();
  const customer = {
    id: newId(),
    legalName: 'Comercial Ejemplo',
    rfc: 'EKU9003173C9',
    taxRegime: '601',
    postalCode: '26015',
    createdAt: now,
    updatedAt: now,
  };
  await database.prisma.customer.create({ data: customer });
  return customer.id;
}

/** An account with so many stamps, of a new customer unless one is given. */
export async function createAccount(
  database: Database,
  stamps: number,
  customer?: string,
  environment: TestAccount['environment'] = 'sandbox',
): Promise<TestAccount> {
  const customerId = customer ?? (await createCustomer(database));
  const account = { accountId: newId(), customerId, environment };
  const now = systemClock.now();
  await new UnitOfWork(database).run(async (tx) => {
    await openLedgerAccount(tx, { id: account.accountId, customerId, unit: 'stamp', environment }, now);
    await tx.stampingAccount.create({
      data: {
        id: account.accountId,
        customerId,
        environment,
        kind: 'standard',
        name: 'Principal',
        createdAt: now,
        updatedAt: now,
      },
    });
  });
  if (stamps > 0) await grantStamps(database, account, stamps);
  return account;
}

/** Tops an account up. */
export async function grantStamps(database: Database, { accountId }: TestAccount, stamps: number): Promise<Moved> {
  const ledger = new Ledger(systemClock);
  return new UnitOfWork(database).run((tx) =>
    ledger.grant(tx, { to: accountId, amount: BigInt(stamps), actor: 'test', reason: null }),
  );
}

/** Digest of a text, as fingerprints and the other digests are. */
export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * A certified document of an account. `document` names it: the same name is the same document, with the same bytes; the
 * certifier gives each call another UUID, as it does when two requests for one document race.
 */
export function stampRequest(
  account: TestAccount,
  document: string,
  changes: Partial<StampRequest> = {},
): StampRequest {
  const uuid = randomUUID();
  return {
    ...account,
    operation: 'stamp',
    idempotencyKey: null,
    fingerprint: sha256(document),
    attributesDigest: sha256(`attributes of ${document}`),
    contentDigest: sha256(`content of ${document}`),
    actor: 'test',
    documentKind: 'I',
    series: 'A',
    folio: '1',
    issuerRfc: 'EKU9003173C9',
    receiverRfc: 'XAXX010101000',
    receiverName: 'PÚBLICO EN GENERAL',
    currency: 'MXN',
    total: '116.00',
    fiscalIssuedAt: '2026-11-21T10:00:00',
    certifier: 'sandbox',
    uuid,
    fiscalStampedAt: '2026-11-21T10:00:01',
    certifierRfc: 'SPR190613I52',
    certifierSerial: '30001000000500003456',
    xml: Buffer.from(`<cfdi:Comprobante Folio="${document}"/>`),
    tfd: `<tfd:TimbreFiscalDigital UUID="${uuid}"/>`,
    tfdOffset: 10,
    tfdReplaces: 0,
    ...changes,
  };
}

/** The n-th document of a load, the same in every process, under a key of its own. */
export function loadRequest(account: TestAccount, name: string, n: number): StampRequest {
  return stampRequest(account, `${name} ${n}`, {
    idempotencyKey: `${name}-${n}`,
    xml: Buffer.alloc(2_000, `${name} ${n} `),
  });
}
