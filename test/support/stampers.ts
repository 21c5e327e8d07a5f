import { createPrivateKey, X509Certificate } from 'node:crypto';
import { SandboxAuthority } from '../../src/core/certifiers/index.js';
import { Ledger } from '../../src/core/ledger/ledger.js';
import { DatabaseAuthorityStore } from '../../src/features/sandbox/authority-store.js';
import { openStampingAccount, prepareSecret } from '../../src/features/stamping-accounts/index.js';
import { systemClock } from '../../src/platform/clock.js';
import type { Database } from '../../src/platform/db/database.js';
import { type Tx, UnitOfWork } from '../../src/platform/db/unit-of-work.js';
import { newId, toPublicId } from '../../src/platform/ids.js';
import { type Keyring, SealedBoxes } from '../../src/platform/secrets/index.js';
import { createCustomer } from './stamping.js';
import type { Csd } from './stamping-app.js';

const issuer = { rfc: 'EKU9003173C9', legalName: 'ESCUELA KEMPER URGATE', taxRegime: '601', postalCode: '42501' };

/** An account that can stamp, and the value of the Authorization header that it stamps with. */
export interface Stamper {
  /** UUID. */
  readonly accountId: string;
  readonly authorization: string;
}

/** Accounts of one customer, and what seals the documents of its one emitter. */
export interface Stampers {
  readonly stampers: readonly Stamper[];
  readonly csd: Csd;
}

/** Makes sandbox accounts with so many stamps each, for servers in other processes to stamp on. */
export async function createStampers(
  database: Database,
  keyring: Keyring,
  { accounts, stamps }: { accounts: number; stamps: number },
): Promise<Stampers> {
  const customerId = await createCustomer(database);
  const uow = new UnitOfWork(database);
  const emitterId = newId();
  const now = systemClock.now();
  const times = { createdAt: now, updatedAt: now };
  await uow.run((tx) => tx.emitter.create({ data: { id: emitterId, customerId, ...issuer, ...times } }));
  const stampers: Stamper[] = [];
  for (let n = 0; n < accounts; n++) {
    const secret = prepareSecret(keyring, 'sandbox');
    const accountId = await uow.run(async (tx) => {
      const draft = { customerId, environment: 'sandbox', name: `Caja ${n}`, secret, actor: 'test' } as const;
      const { account } = await openStampingAccount(tx, systemClock, draft);
      await tx.emitterAccount.create({ data: { customerId, accountId: account.id, emitterId, createdAt: now } });
      await grant(tx, account.id, stamps);
      return account.id;
    });
    const credentials = `${toPublicId('sta', accountId)}:${secret.text}`;
    stampers.push({ accountId, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` });
  }
  return { stampers, csd: await issueCsd(uow, keyring) };
}

function grant(tx: Tx, to: string, stamps: number) {
  return new Ledger(systemClock).grant(tx, { to, amount: BigInt(stamps), actor: 'test', reason: null });
}

/** From the installation's own authority, which the servers find in the database. */
async function issueCsd(uow: UnitOfWork, keyring: Keyring): Promise<Csd> {
  const store = new DatabaseAuthorityStore(uow, systemClock);
  const authority = await SandboxAuthority.loadOrCreate(store, new SealedBoxes(keyring), systemClock);
  const passphrase = 'a password';
  const { certificate, encryptedKey } = await authority.issueDemoCsd(issuer, passphrase);
  return {
    certificate: new X509Certificate(certificate),
    privateKey: createPrivateKey({ key: encryptedKey, format: 'der', type: 'pkcs8', passphrase }),
  };
}
