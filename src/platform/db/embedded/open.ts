import fs from 'node:fs';
import path from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import pg from 'pg';
import { lockDirectory } from './directory-lock.js';
import type { Reply, Request, ThreadOptions } from './messages.js';
import { PortStream } from './port-stream.js';

/** The PostgreSQL that PGlite is built from; a directory belongs to one major version. */
export const embeddedPostgresMajor = '18';

/** Where an embedded database is kept: a directory of its own, or memory, from a tar that `dump` gave. */
export type EmbeddedLocation = ({ dataDir: string } | { memory: true; template?: Uint8Array }) & {
  /** Ten minutes when absent. */
  vacuumIntervalMs?: number;
};

/** PGlite behind node-postgres. */
export interface EmbeddedServer {
  /** One connection, as there is one session. */
  pool: pg.Pool;
  /** A tar of the data directory, to be a `template`. */
  dump(): Promise<Uint8Array>;
  /** Ends the thread and gives the directory free. The pool must have ended. */
  close(): Promise<void>;
}

/**
 * Starts PGlite in a thread of its own.
 *
 * @throws Error when another process uses the directory, or another PostgreSQL version made it.
 */
export async function openEmbedded(location: EmbeddedLocation, poolOptions: pg.PoolConfig): Promise<EmbeddedServer> {
  const { vacuumIntervalMs = 600_000 } = location;
  if ('memory' in location) {
    return startThread({ clusterDirectory: undefined, template: location.template, vacuumIntervalMs }, poolOptions);
  }
  const directory = path.resolve(location.dataDir);
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(directory);
  try {
    const clusterDirectory = path.join(directory, 'cluster');
    checkVersion(clusterDirectory);
    const server = await startThread({ clusterDirectory, template: undefined, vacuumIntervalMs }, poolOptions);
    return { ...server, close: () => server.close().finally(lock.release) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function checkVersion(clusterDirectory: string): void {
  if (!fs.existsSync(clusterDirectory)) return;
  const major = fs.readFileSync(path.join(clusterDirectory, 'PG_VERSION'), 'utf8').trim();
  if (major === embeddedPostgresMajor) return;
  throw new Error(
    `The database directory ${clusterDirectory} was made by PostgreSQL ${major}; this version of Timbrel embeds ` +
      `PostgreSQL ${embeddedPostgresMajor}. Export it with the version that made it and import it here.`,
  );
}

async function startThread(options: ThreadOptions, poolOptions: pg.PoolConfig): Promise<EmbeddedServer> {
  const thread = newThread(options);
  const send = (request: Request, transfer: MessageChannel['port1'][] = []) => thread.postMessage(request, transfer);
  await nextReply(thread, 'ready');
  const connect = () => {
    const { port1, port2 } = new MessageChannel();
    send({ type: 'session', port: port2 }, [port2]);
    return port1;
  };
  const pool = new pg.Pool({
    ...poolOptions,
    user: 'postgres',
    database: 'postgres',
    stream: () => new PortStream(connect),
    max: 1,
    idleTimeoutMillis: 0,
  });
  return {
    pool,
    dump: async () => {
      const dumped = nextReply(thread, 'dumped');
      send({ type: 'dump' });
      return (await dumped).tar;
    },
    close: async () => {
      const exit = new Promise((done) => thread.once('exit', done));
      send({ type: 'close' });
      await exit;
    },
  };
}

/** The next message of a type; rejects when the thread fails or ends instead. */
function nextReply<T extends Reply['type']>(thread: Worker, type: T): Promise<Extract<Reply, { type: T }>> {
  return new Promise((resolve, reject) => {
    const done = () => {
      thread.off('message', onMessage).off('error', reject).off('exit', onExit);
    };
    const onMessage = (reply: Reply) => {
      if (reply.type !== type) return;
      done();
      resolve(reply as Extract<Reply, { type: T }>);
    };
    const onExit = () => reject(new Error('The thread of the embedded database ended.'));
    thread.on('message', onMessage).once('error', reject).once('exit', onExit);
  });
}

/**
 * Compiled, the thread is a module beside this one. From source it needs the TypeScript loader, which Node 20 does not
 * hand on to threads.
 */
function newThread(workerData: ThreadOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./thread.js', import.meta.url), { workerData });
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const module = JSON.stringify(new URL('./thread.ts', import.meta.url).href);
  const code = `import(${loader}).then(({ tsImport }) => tsImport(${module}, ${module}))`;
  return new Worker(code, { eval: true, execArgv: [], workerData });
}
