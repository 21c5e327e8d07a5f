/** A Timbrel of its own for the demo: a process as an operator would start it, on a free port, in a new folder. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running server. */
export interface DemoServer {
  readonly base: string;
  readonly folder: string;
  /** The first member of staff. */
  readonly staff: { readonly email: string; readonly password: string };
  /** Resolves when the process ends. */
  readonly ended: Promise<unknown>;
  /** Stops it gracefully and removes its folder. */
  stop(): Promise<void>;
}

const email = 'demo@example.mx';
const readyWithinMs = 60_000;

/** Creates the staff profile by the command line, then starts the server. */
export async function startServer(): Promise<DemoServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'timbrel-demo-'));
  const port = await freePort();
  const env = { ...process.env, TIMBREL_DATA_DIR: folder, PORT: String(port), LOG_LEVEL: 'warn', DATABASE_URL: '' };
  const password = createStaff(env);
  const process_ = spawn(process.execPath, ['dist/server.js'], { env, stdio: ['ignore', 'inherit', 'ignore'] });
  const ended = once(process_, 'exit');
  const base = `http://127.0.0.1:${port}`;
  await untilReady(base, process_);
  const stop = async () => {
    process_.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { base, folder, staff: { email, password }, ended, stop };
}

function createStaff(env: NodeJS.ProcessEnv): string {
  const args = ['dist/cli.js', 'staff', 'create', '--email', email, '--given-name', 'Demo', '--family-name', 'Timbrel'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  const password = /^password (.+)$/m.exec(stdout)?.[1];
  if (status !== 0 || password === undefined) throw new Error(`The staff profile could not be created: ${stderr}`);
  return password;
}

async function untilReady(base: string, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline; await sleep(100)) {
    if (server.exitCode !== null) throw new Error(`The server ended with exit code ${server.exitCode}.`);
    const ready = await fetch(`${base}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
  }
  throw new Error('The server did not become ready.');
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
