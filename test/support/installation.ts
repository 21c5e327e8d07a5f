import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { localTime } from '../../src/core/cfdi/index.js';
import { systemClock } from '../../src/platform/clock.js';
import { type Database, openDatabase } from '../../src/platform/db/database.js';
import { prepareDatabase } from '../../src/platform/prepare.js';
import { Keyring } from '../../src/platform/secrets/index.js';
import { type CfdiOptions, makeCfdi } from './cfdi.js';
import { type Teardown, testDatabaseUrl, testServerUrl } from './database.js';
import { ServerProcess } from './server-process.js';
import { createStampers, type Stamper, type Stampers } from './stampers.js';

/** No test is about rates, and none may end because of them. */
const unlimited = { TIMBREL_RATE_ANONYMOUS: '1000000000', TIMBREL_RATE_STAMPING: '1000000000' };

/** A database on disk with accounts that can stamp, and the configuration that servers run on it with. */
export class Installation {
  #folio = 0;

  private constructor(
    /** What a server's environment says. */
    readonly env: Readonly<Record<string, string>>,
    private readonly location: Parameters<typeof openDatabase>[0],
    private readonly accounts: Stampers,
  ) {}

  /** On the server of TEST_DATABASE_URL, else embedded, in a directory of its own. */
  static async make(t: Teardown, { accounts = 1, stamps = 1_000_000 } = {}): Promise<Installation> {
    const master = randomBytes(32);
    const { location, env } = await makePlace(t);
    const secrets = { TIMBREL_MASTER_KEY: master.toString('base64') };
    const stampers = await withDatabase(location, async (database) => {
      await prepareDatabase(database);
      return createStampers(database, new Keyring([master]), { accounts, stamps });
    });
    return new Installation({ ...env, ...secrets, ...unlimited }, location, stampers);
  }

  get stampers(): readonly Stamper[] {
    return this.accounts.stampers;
  }

  /** Starts a server on it. */
  start(t: Teardown): Promise<ServerProcess> {
    return ServerProcess.start(t, this.env);
  }

  /** Opens the database for a moment: an embedded one belongs to one process at a time. */
  withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return withDatabase(this.location, work);
  }

  /** A new sealed document, issued now. */
  cfdi(options: Partial<CfdiOptions> = {}): Buffer {
    this.#folio += 1;
    const fecha = localTime(systemClock.now(), 'America/Mexico_City');
    return makeCfdi({ ...this.accounts.csd, fecha, folio: String(this.#folio), ...options });
  }
}

async function makePlace(t: Teardown) {
  if (testServerUrl) {
    const url = await testDatabaseUrl(t, testServerUrl);
    return { location: { url }, env: { DATABASE_URL: url } };
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'timbrel-'));
  t.teardown(() => fs.rmSync(folder, { recursive: true, force: true }));
  return { location: { dataDir: path.join(folder, 'database') }, env: { TIMBREL_DATA_DIR: folder } };
}

async function withDatabase<T>(location: Parameters<typeof openDatabase>[0], work: (database: Database) => Promise<T>) {
  const database = await openDatabase(location);
  return work(database).finally(() => database.close());
}
