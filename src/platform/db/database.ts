import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type EmbeddedLocation, openEmbedded } from './embedded/open.js';
import { PrismaClient } from './generated/client.js';

/** A PostgreSQL server; TLS as the URL's `sslmode` says. */
export interface ServerLocation {
  url: string;
  /** Connections at most; 10 when absent. */
  poolSize?: number;
}

/** An open database. Use cases reach it through the unit of work only. */
export interface Database {
  readonly kind: 'postgres' | 'embedded';
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  /** Embedded only: a tar of the data directory, to be the `template` of an in-memory database. */
  dump?(): Promise<Uint8Array>;
  /** Waits for running queries, then closes every connection. Calling it again does nothing. */
  close(): Promise<void>;
}

/**
 * Limits of every connection, in milliseconds: nothing waits without bound. A lock that is not had in 5 s is a refusal
 * that the caller may retry; statements of the product take milliseconds, the longest report seconds.
 */
const limits = {
  connectionTimeoutMillis: 10_000,
  lock_timeout: 5_000,
  statement_timeout: 30_000,
  idle_in_transaction_session_timeout: 30_000,
};

/**
 * Opens a PostgreSQL server or an embedded PostgreSQL (PGlite). Both speak the same protocol through the same adapter.
 *
 * @throws Error when an embedded directory is in use or of another version. A server that is down shows at first use.
 */
export async function openDatabase(location: ServerLocation | EmbeddedLocation): Promise<Database> {
  const embedded = 'url' in location ? undefined : await openEmbedded(location, limits);
  const pool = embedded?.pool ?? new pg.Pool(serverOptions(location as ServerLocation));
  // An idle connection that breaks is replaced at next use; without a listener it would end the process.
  pool.on('error', () => {});
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await prisma.$disconnect();
    await pool.end();
    await embedded?.close();
  };
  return {
    kind: embedded ? 'embedded' : 'postgres',
    prisma,
    pool,
    ...(embedded && { dump: embedded.dump }),
    close: () => (closing ??= close()),
  };
}

/**
 * Every connection is in UTC: the adapter drops the offset of a `timestamptz` and takes it for UTC.
 * `options` of the URL are kept before ours.
 */
function serverOptions({ url, poolSize = 10 }: ServerLocation): pg.PoolConfig {
  const connection = new URL(url);
  const ownOptions = connection.searchParams.get('options');
  connection.searchParams.delete('options');
  return {
    ...limits,
    connectionString: connection.href,
    max: poolSize,
    application_name: 'timbrel',
    options: [ownOptions, '-c TimeZone=UTC -c synchronous_commit=on'].filter(Boolean).join(' '),
  };
}
