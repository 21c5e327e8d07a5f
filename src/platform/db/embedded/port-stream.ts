import { Duplex } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';

/**
 * What node-postgres takes for a network socket: a stream over a message port to the thread that runs the embedded
 * database. Nobody outside this process can reach it, so it needs neither a file nor a password.
 */
export class PortStream extends Duplex {
  #port: MessagePort | undefined;

  /** @param open makes a port whose other end is with the database thread */
  constructor(private readonly open: () => MessagePort) {
    super();
  }

  connect(): this {
    this.#port = this.open();
    this.#port.on('message', (bytes: Uint8Array) => this.push(bytes));
    this.#port.on('close', () => this.destroy());
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send([chunk]);
    done();
  }

  /** Several messages of one query, corked by node-postgres, travel as one. */
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#send(chunks.map(({ chunk }) => chunk));
    done();
  }

  override _final(done: () => void): void {
    this.#port?.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port?.close();
    done(error);
  }

  #send(chunks: Buffer[]): void {
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#port?.postMessage(bytes, [bytes.buffer]);
  }

  // The rest of what node-postgres asks of a socket.
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    this.#port?.ref();
    return this;
  }
  unref(): this {
    this.#port?.unref();
    return this;
  }
}
