import fs from 'node:fs';
import path from 'node:path';
import type { Config } from './config.js';
import { type Database, openDatabase } from './platform/db/database.js';
import { prepareDatabase } from './platform/prepare.js';
import { Keyring, loadOrCreateKeyFile, MasterKeyError, parseMasterKeys } from './platform/secrets/index.js';

/** What server and command line stand on. */
export interface Foundation {
  readonly database: Database;
  readonly keyring: Keyring;
}

/**
 * Opens keys and database as the configuration says, without touching what is in the database.
 *
 * An embedded installation is one folder: the database in `database`, and beside it, so that a copy of the database
 * alone tells no secret, the file with the master key. The keys come first: a database made without them would be one
 * whose keys were lost.
 *
 * @throws MasterKeyError, or Error when the database cannot be opened
 */
export async function openFoundation(config: Config): Promise<Foundation> {
  const { database: settings, masterKey } = config;
  if (settings.kind === 'server') {
    // The configuration is not read without a key for a server.
    const keyring = new Keyring(parseMasterKeys(masterKey ?? ''));
    return { keyring, database: await openDatabase({ url: settings.url, poolSize: settings.poolSize }) };
  }
  const dataDir = path.join(settings.directory, 'database');
  const keyFile = path.join(settings.directory, 'master.key');
  const keyring = new Keyring(masterKey ? parseMasterKeys(masterKey) : await openKeyFile(keyFile, dataDir));
  return { keyring, database: await openDatabase({ dataDir }) };
}

/** A new key beside an old database would hide that the right one was lost, and with it every secret. */
async function openKeyFile(keyFile: string, dataDir: string): Promise<Buffer[]> {
  if (fs.existsSync(dataDir) && !fs.existsSync(keyFile)) {
    throw new MasterKeyError(
      `The key file ${keyFile} is missing, but the database ${dataDir} was made with one. Put it back from your backup.`,
    );
  }
  return loadOrCreateKeyFile(keyFile);
}

/**
 * Brings the database's schema up to date (on a server, under the role that may) and returns the names of what was
 * applied.
 *
 * @throws Error when the database is newer than the code
 */
export async function migrate({ database: settings }: Config, database: Database): Promise<string[]> {
  if (settings.kind === 'embedded' || settings.migrationUrl === settings.url) return prepareDatabase(database);
  const migrator = await openDatabase({ url: settings.migrationUrl, poolSize: 1 });
  return prepareDatabase(migrator).finally(() => migrator.close());
}
