import { type ChildProcess, spawn } from 'node:child_process';
import readline from 'node:readline';
import type { Teardown } from './database.js';

/** A TypeScript file running in a process of its own, which a test may kill. */
export class Child {
  readonly process: ChildProcess;
  /** What it printed, line by line. */
  readonly lines: string[] = [];
  #waiting: (() => void)[] = [];
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  errors = '';

  constructor(t: Teardown, file: URL, args: string[] = []) {
    this.process = spawn(process.execPath, ['--import', 'tsx', file.pathname, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.ended = new Promise((resolve) => this.process.once('close', (code, signal) => resolve(signal ?? code)));
    this.process.stderr?.on('data', (text) => {
      this.errors += String(text);
    });
    if (this.process.stdout) {
      readline.createInterface({ input: this.process.stdout }).on('line', (line) => {
        this.lines.push(line);
        this.#notify();
      });
    }
    void this.ended.then(() => this.#notify());
    t.teardown(() => this.kill());
  }

  /** Waits until it has printed a line that satisfies `condition`; fails when it ends without. */
  async line(condition: (line: string) => boolean): Promise<string> {
    for (;;) {
      const found = this.lines.find(condition);
      if (found !== undefined) return found;
      if (this.process.exitCode !== null) throw new Error(`The child ended: ${this.errors}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** kill -9, and waits for its end. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  #notify(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
