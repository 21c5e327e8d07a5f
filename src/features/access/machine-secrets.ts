import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock.js';
import { groupReads } from '../../platform/db/batch.js';
import { Prisma } from '../../platform/db/generated/client.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';
import { type Keyring, parseMachineSecret } from '../../platform/secrets/index.js';
import type { AccountPrincipal, Environment } from './principal.js';

/** A secret with its account, as one query reads them. */
interface SecretRow {
  id: string;
  digest: Uint8Array;
  expires_at: Date | null;
  revoked_at: Date | null;
  account_id: string;
  customer_id: string;
  environment: Environment;
  kind: 'standard' | 'unlimited';
  status: 'active' | 'blocked';
}

/**
 * Finds the stamping account behind a machine's secret. Nothing is cached, so a revoked secret is dead in every process
 * the moment its revocation commits; callers at the same time share one query instead.
 */
export class MachineSecrets {
  readonly #byDigest: (hex: string) => Promise<SecretRow | undefined>;
  readonly #byId: (id: string) => Promise<SecretRow | undefined>;

  constructor(
    uow: UnitOfWork,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {
    this.#byDigest = groupReads(async (digests) => {
      const bytes = digests.map((hex) => Buffer.from(hex, 'hex'));
      const rows = await uow.query<SecretRow>(Prisma.sql`${select} WHERE secret.digest = ANY(${bytes})`);
      return new Map(rows.map((row) => [Buffer.from(row.digest).toString('hex'), row]));
    });
    this.#byId = groupReads(async (ids) => {
      const rows = await uow.query<SecretRow>(Prisma.sql`${select} WHERE secret.id = ANY(${ids}::uuid[])`);
      return new Map(rows.map((row) => [row.id, row]));
    });
  }

  /** The account whose secret this is, if it is in force and belongs to that account (UUID); null else. */
  async findBySecret(accountId: string, secret: string): Promise<AccountPrincipal | null> {
    if (parseMachineSecret(secret)?.kind !== 'account') return null;
    for (const digest of this.keyring.hmacs('machineSecret', secret)) {
      const row = await this.#byDigest(digest.toString('hex'));
      if (row && timingSafeEqual(row.digest, digest)) return this.#principal(row, accountId);
    }
    return null;
  }

  /** The account of a secret that an access token names, if the secret is still in force; null else. Ids are UUIDs. */
  async findById(accountId: string, secretId: string): Promise<AccountPrincipal | null> {
    const row = await this.#byId(secretId);
    return row ? this.#principal(row, accountId) : null;
  }

  #principal(row: SecretRow, accountId: string): AccountPrincipal | null {
    const over = row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= this.clock.now());
    if (over || row.account_id !== accountId) return null;
    return {
      kind: 'account',
      accountId: row.account_id,
      customerId: row.customer_id,
      environment: row.environment,
      accountKind: row.kind,
      accountStatus: row.status,
      secretId: row.id,
    };
  }
}

const select = Prisma.sql`
  SELECT secret.id, secret.digest, secret.expires_at, secret.revoked_at,
         account.id AS account_id, account.customer_id, account.environment, account.kind, account.status
    FROM machine_secret AS secret JOIN stamping_account AS account ON account.id = secret.account_id`;
