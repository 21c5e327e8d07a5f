import type { X509Certificate } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.js';
import { CertificateCache, TrustStore } from './core/certificates/index.js';
import { SandboxAuthority, SandboxCertifier } from './core/certifiers/index.js';
import { Ledger } from './core/ledger/ledger.js';
import { QuotaEngine } from './core/quota/engine.js';
import { documentHead } from './document.js';
import { createAccess } from './features/access/index.js';
import { customers } from './features/customers/index.js';
import { emitterStatuses, emitters } from './features/emitters/index.js';
import { identity } from './features/identity/index.js';
import { DatabaseAuthorityStore } from './features/sandbox/authority-store.js';
import { sandbox } from './features/sandbox/index.js';
import { stampingAccounts } from './features/stamping-accounts/index.js';
import { stamps } from './features/stamps/index.js';
import type { Clock } from './platform/clock.js';
import type { Database } from './platform/db/database.js';
import { UnitOfWork } from './platform/db/unit-of-work.js';
import { Cursors } from './platform/http/cursors.js';
import { Idempotency } from './platform/http/idempotency.js';
import { createHttpServer, type HttpOptions } from './platform/http/server.js';
import type { Logger } from './platform/log.js';
import { type Keyring, PasswordHasher, SealedBoxes } from './platform/secrets/index.js';

/** What the process brings: everything that differs between a server, a test and the OpenAPI generator. */
export interface AppParts {
  readonly config: Pick<Config, 'http' | 'documentLimit'>;
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Authorities that the operator trusts besides the sandbox's own. */
  readonly anchors: Readonly<Record<'sandbox' | 'production', readonly X509Certificate[]>>;
  readonly onUndeclaredProblem?: NonNullable<HttpOptions['onUndeclaredProblem']>;
}

/**
 * Puts Timbrel together: platform, core, features, in that order. The table of contents of the house.
 *
 * The server that comes back does not listen yet. Closing it answers what was accepted and drains the lanes; the
 * database is the caller's to close after that.
 */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const { config, database, keyring, clock, logger, anchors, onUndeclaredProblem } = parts;

  // Platform
  const uow = new UnitOfWork(database);
  const idempotency = new Idempotency(uow, keyring, clock);
  const cursors = new Cursors(keyring);
  const access = createAccess({ uow, keyring, clock });
  const app = await createHttpServer({
    settings: config.http,
    accessPolicy: access.policy,
    logger,
    document: documentHead,
    isReady: () => uow.read((tx) => tx.$queryRaw`SELECT 1`),
    ...(onUndeclaredProblem && { onUndeclaredProblem }),
  });
  const house = { uow, clock, keyring, idempotency, cursors };

  // Core
  const ledger = new Ledger(clock);
  const quota = new QuotaEngine(database, clock);
  const authority = await SandboxAuthority.loadOrCreate(
    new DatabaseAuthorityStore(uow, clock),
    new SealedBoxes(keyring),
    clock,
  );
  const certificates = new CertificateCache();
  const trust = {
    sandbox: new TrustStore('sandbox', [authority.certificate, ...anchors.sandbox]),
    production: new TrustStore('production', anchors.production),
  };
  const certifiers = { sandbox: new SandboxCertifier(authority.pac, clock), production: null };

  // Features
  await access.register(app);
  identity(app, { ...house, sessions: access.sessions, passwords: new PasswordHasher() });
  customers(app, house);
  stampingAccounts(app, { ...house, ledger });
  emitters(app, house);
  stamps(app, {
    ...house,
    quota,
    certificates,
    trust,
    certifiers,
    emitterStatus: emitterStatuses(uow),
    documentLimit: config.documentLimit,
  });
  sandbox(app, authority);

  app.addHook('onClose', () => quota.drain());
  return app;
}
