/** The thread that runs the embedded database, so that a long query never holds up the server's event loop. */
import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { DurableFiles, publishDirectory, startParams } from './durable-files.js';
import type { Reply, Request, ThreadOptions } from './messages.js';
import { Sessions, simpleQuery } from './sessions.js';

const options = workerData as ThreadOptions;
const reply = (message: Reply, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(message, transfer);

const database = options.clusterDirectory ? await openCluster(options.clusterDirectory) : await openInMemory();

// PGlite has no autovacuum. A VACUUM cannot run inside a transaction, so it waits for the end of an open one.
let vacuumDue = false;
const sessions = new Sessions(database, vacuumIfDue);
const vacuumTimer = setInterval(() => {
  vacuumDue = true;
  if (sessions.idle) vacuumIfDue();
}, options.vacuumIntervalMs);

function vacuumIfDue(): void {
  if (!vacuumDue) return;
  vacuumDue = false;
  sessions.run(simpleQuery('VACUUM (ANALYZE)'));
}

parentPort?.on('message', (request: Request) => void handle(request));
reply({ type: 'ready' });

async function handle(request: Request): Promise<void> {
  switch (request.type) {
    case 'session':
      return sessions.add(request.port);
    case 'dump': {
      const tar = new Uint8Array(await (await database.dumpDataDir('none')).arrayBuffer());
      return reply({ type: 'dumped', tar }, [tar.buffer]);
    }
    case 'close':
      clearInterval(vacuumTimer);
      sessions.close();
      await database.close();
      return parentPort?.close();
  }
}

/** A first start may be killed at any moment: what it left unfinished is thrown away. */
async function openCluster(directory: string): Promise<PGlite> {
  if (!fs.existsSync(directory)) {
    const unfinished = `${directory}.new`;
    fs.rmSync(unfinished, { recursive: true, force: true });
    const created = await PGlite.create({ fs: new DurableFiles(unfinished), startParams: startParams(PGlite) });
    await created.close();
    publishDirectory(unfinished, directory);
  }
  return PGlite.create({ fs: new DurableFiles(directory), startParams: startParams(PGlite) });
}

function openInMemory(): Promise<PGlite> {
  return PGlite.create({
    startParams: [...PGlite.defaultStartParams, '-c', 'TimeZone=UTC'],
    // The smallest log: it is in memory too, and in every dump.
    initDbStartParams: ['--wal-segsize=1'],
    ...(options.template && { loadDataDir: new Blob([options.template as Uint8Array<ArrayBuffer>]) }),
  });
}
