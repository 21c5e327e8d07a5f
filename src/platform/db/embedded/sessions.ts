/**
 * PostgreSQL's wire protocol over message ports, in front of PGlite. PGlite is one server process with one state, so
 * sessions take turns: the next begins when the one before it ended, from a clean state. Our pool has one connection;
 * a second session exists only for the moment in which the pool replaces a broken one.
 */
import type { MessagePort } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';

/** Type byte of the messages that are told apart here (PostgreSQL documentation, section 55.7). */
const terminate = 'X'.charCodeAt(0);
const readyForQuery = 'Z'.charCodeAt(0);
const idle = 'I'.charCodeAt(0);

/** A message of type `Q`: one or several statements in one string. */
export function simpleQuery(sql: string): Uint8Array {
  const text = Buffer.from(`${sql}\0`);
  const message = Buffer.alloc(5 + text.length);
  message.write('Q');
  message.writeInt32BE(4 + text.length, 1);
  text.copy(message, 5);
  return message;
}

/** Ends whatever a session left behind: input skipped up to a Sync, an open transaction, settings, prepared statements. */
const cleanUp = [Buffer.from([0x53, 0, 0, 0, 4]), simpleQuery('ROLLBACK'), simpleQuery('DISCARD ALL')];

/** The sessions of one database, served in the order in which they came. */
export class Sessions {
  readonly #waiting: MessagePort[] = [];
  #current: MessagePort | undefined;
  #pending: Uint8Array = new Uint8Array(0);
  #started = false;
  #idle = true;

  /** @param onIdle called after each answer that leaves the session outside a transaction */
  constructor(
    private readonly database: PGlite,
    private readonly onIdle: () => void,
  ) {}

  /** No transaction is open and no message half received, so that others may use the database for a moment. */
  get idle(): boolean {
    return this.#idle && this.#pending.length === 0;
  }

  /** Takes a new connection. */
  add(port: MessagePort): void {
    this.#waiting.push(port);
    if (!this.#current) this.#next();
  }

  /** Hangs up on everybody; nothing touches the database afterwards. */
  close(): void {
    const ports = [this.#current, ...this.#waiting.splice(0)];
    this.#current = undefined;
    for (const port of ports) port?.close();
  }

  #next(): void {
    const port = this.#waiting.shift();
    if (!port) return;
    this.#current = port;
    this.#started = false;
    port.on('message', (bytes: Uint8Array) => this.#receive(port, bytes));
    port.on('close', () => this.#end(port));
  }

  #end(port: MessagePort): void {
    if (this.#current !== port) return;
    this.#current = undefined;
    this.#pending = new Uint8Array(0);
    for (const message of cleanUp) this.run(message);
    this.#idle = true;
    this.onIdle();
    this.#next();
  }

  #receive(port: MessagePort, bytes: Uint8Array): void {
    if (this.#current !== port) return;
    const input = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const { complete, ended } = this.#measure(input);
    this.#pending = input.subarray(complete);
    const answer = complete === 0 ? undefined : this.run(input.subarray(0, complete));
    if (answer?.length) {
      this.#idle = answer.at(-6) === readyForQuery && answer.at(-1) === idle;
      port.postMessage(answer, [answer.buffer]);
    }
    if (ended) port.close();
    else if (this.idle) this.onIdle();
  }

  /** How many bytes are whole messages, up to a Terminate. The first message has no type byte. */
  #measure(input: Uint8Array): { complete: number; ended: boolean } {
    const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    let at = 0;
    for (;;) {
      const header = this.#started ? 1 : 0;
      if (input[at] === terminate && this.#started) return { complete: at, ended: true };
      if (at + header + 4 > input.length) return { complete: at, ended: false };
      const next = at + header + view.getInt32(at + header);
      if (next > input.length) return { complete: at, ended: false };
      this.#started = true;
      at = next;
    }
  }

  /** Runs whole messages and returns what the server says to them. Errors are part of the answer. */
  run(messages: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.database.execProtocolRawSync(messages) as Uint8Array<ArrayBuffer>;
  }
}
