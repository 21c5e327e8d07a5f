import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Teardown } from './database.js';

/** A TypeScript file that runs in a process of its own, which a test may kill. The end of the test kills it too. */
export class Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** What it printed, line by line. */
  readonly lines: string[] = [];
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** What it wrote to stderr. */
  errors = '';
  readonly #news = new EventEmitter();
  #running = true;

  constructor(t: Teardown, file: URL, args: string[] = []) {
    this.process = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(file), ...args]);
    this.process.stderr.on('data', (text) => {
      this.errors += String(text);
    });
    readline.createInterface({ input: this.process.stdout }).on('line', (line) => {
      this.lines.push(line);
      this.#news.emit('news');
    });
    this.ended = once(this.process, 'close').then(([code, signal]) => {
      this.#running = false;
      this.#news.emit('news');
      return signal ?? code;
    });
    t.teardown(() => this.kill());
  }

  /** Waits for the line at this place in its output. @throws Error with its stderr when it ends before */
  async lineAfter(count: number): Promise<string> {
    for (;;) {
      const line = this.lines[count];
      if (line !== undefined) return line;
      if (!this.#running) throw new Error(`The child process ended: ${this.errors}`);
      await once(this.#news, 'news');
    }
  }

  /** kill -9, and waits for its end. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}
