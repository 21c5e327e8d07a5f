import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Teardown } from './database.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Node's arguments that run the server from its source, without a build. */
const fromSource = ['--import', 'tsx', 'src/server.ts'];

/** A server in a process of its own, as an operator runs it. The end of the test kills it. */
export class ServerProcess {
  private constructor(
    readonly process: ChildProcessByStdio<null, null, Readable>,
    /** Its exit code, or the signal that ended it. */
    readonly ended: Promise<number | NodeJS.Signals>,
    /** What it said when it was up. */
    readonly greeting: string,
  ) {}

  /** Where it listens: `http://127.0.0.1:4711`. */
  get origin(): string {
    return addressIn(this.greeting) ?? '';
  }

  /**
   * Starts a server on a free port and waits until it listens.
   *
   * @param env its configuration; what the test's own environment says of Timbrel does not count
   * @throws Error with what it wrote when it ends before
   */
  static async start(t: Teardown, env: NodeJS.ProcessEnv, command = fromSource): Promise<ServerProcess> {
    const own = spawn(process.execPath, command, {
      cwd: root,
      env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'silent', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(own, 'exit').then(([code, signal]) => signal ?? code);
    t.teardown(async () => {
      own.kill('SIGKILL');
      await ended;
    });
    return new ServerProcess(own, ended, await greetingOf(own.stderr));
  }

  /** kill -9, and waits for its end. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to stop, and waits for its exit code. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.process.kill('SIGTERM');
    return this.ended;
  }
}

const addressIn = (greeting: string) => /listens on (http\S+)\n/.exec(greeting)?.[1];

/** What it writes until it is up; what a server that ends writes is shown, as it is an error. */
function greetingOf(stderr: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let greeting = '';
    stderr.setEncoding('utf8').on('data', (text: string) => {
      greeting += text;
      if (addressIn(greeting) !== undefined) resolve(greeting);
    });
    stderr.once('end', () => reject(new Error(`The server ended: ${greeting}`)));
  });
}
