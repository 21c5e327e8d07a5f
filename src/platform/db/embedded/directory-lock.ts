/**
 * A lock on a directory that dies with its holder: a listening Unix socket inside it. The kernel closes the socket with
 * the process, whatever way that ends; pids and clocks play no part, so another container on the same volume is seen.
 *
 * Each taker publishes a socket under a name that nobody else ever uses, and only then looks around. Of two takers,
 * whoever publishes later looks after both are there, so two can never both find themselves alone. A socket that refuses
 * a connection is dead for good, as its name is never used again, so anybody may delete it.
 *
 * The directory must be on a file system of this machine: a socket on a network share does not answer to other hosts.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../clock.js';

const prefix = 'lock-';
/** The shortest limit of the platforms that we run on (macOS); Linux takes 107 bytes. */
const maxSocketPathBytes = 103;
/** The first of several takers waits half a second for the others to see it and withdraw, which takes them some ms. */
const maxLooks = 25;
const lookIntervalMs = 20;

/** Given up by `release`, or by the end of the process. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Locks `directory`, which must exist.
 *
 * @throws Error naming the directory when another process holds it.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const descriptor = fs.openSync(directory, 'r');
  const reach = socketPaths(directory, descriptor);
  // Names sort by age, so that a holder comes before whoever tries later.
  const name = `${prefix}${systemClock.now().getTime().toString(36)}-${randomBytes(6).toString('hex')}`;
  const server = await listen(reach(`.${name}`));
  const release = async () => {
    fs.rmSync(path.join(directory, name), { force: true });
    await new Promise<void>((done) => server.close(() => done()));
    fs.closeSync(descriptor);
  };
  try {
    // A socket file exists before it listens; only a listening one may be seen under its public name.
    fs.renameSync(path.join(directory, `.${name}`), path.join(directory, name));
    await waitUntilAlone(directory, name, reach);
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

async function waitUntilAlone(directory: string, name: string, reach: (name: string) => string): Promise<void> {
  for (let look = 0; look < maxLooks; look++) {
    const rivals = await liveRivals(directory, name, reach);
    if (rivals.length === 0) return;
    if (rivals.some((rival) => rival < name)) break;
    await sleep(lookIntervalMs);
  }
  throw new Error(`The database directory ${directory} is in use by another process. Stop it, or choose another one.`);
}

async function liveRivals(directory: string, own: string, reach: (name: string) => string): Promise<string[]> {
  const live: string[] = [];
  for (const name of fs.readdirSync(directory)) {
    if (!name.startsWith(prefix) || name === own) continue;
    if (await answers(reach(name))) live.push(name);
    else fs.rmSync(path.join(directory, name), { force: true });
  }
  return live;
}

/** Only a refused connection or a vanished file means dead; every doubt counts as alive. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}

function listen(socketPath: string): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((visitor) => visitor.destroy());
    server.once('error', reject);
    server.listen(socketPath, () => resolve(server.unref()));
  });
}

/** The kernel limits the length of a socket's path; Linux offers a short way round through the open directory. */
function socketPaths(directory: string, descriptor: number): (name: string) => string {
  return (name) => {
    const direct = path.join(directory, name);
    if (Buffer.byteLength(direct) <= maxSocketPathBytes) return direct;
    if (process.platform === 'linux') return `/proc/self/fd/${descriptor}/${name}`;
    throw new Error(`The path of the database directory ${directory} is too long for this system: shorten it.`);
  };
}
