import path from 'node:path';
import type { Config } from './config.js';
import { type Database, openDatabase } from './platform/db/database.js';
import { prepareDatabase } from './platform/prepare.js';
import { Keyring, loadOrCreateKeyFile, parseMasterKeys } from './platform/secrets/index.js';

/**
 * What server and command line open first, as the configuration says: the database and the keys.
 *
 * An embedded installation is one folder: the database in `database`, and beside it, so that a copy of the database
 * alone tells no secret, the file with the master key.
 */

/** Opens the database, without touching what is in it. */
export function openConfiguredDatabase({ database }: Config): Promise<Database> {
  if (database.kind === 'server') return openDatabase({ url: database.url, poolSize: database.poolSize });
  return openDatabase({ dataDir: path.join(database.directory, 'database') });
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

/** The keys, from the configuration or, for an embedded installation, from its key file, which the first start makes. */
export async function openKeyring({ database, masterKey }: Config): Promise<Keyring> {
  if (masterKey !== null) return new Keyring(parseMasterKeys(masterKey));
  if (database.kind === 'server') throw new Error('A server database needs a master key.');
  return new Keyring(await loadOrCreateKeyFile(path.join(database.directory, 'master.key')));
}
