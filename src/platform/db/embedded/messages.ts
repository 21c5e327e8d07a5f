/** What the database thread is started with, and what the two threads say to each other besides the wire protocol. */
import type { MessagePort } from 'node:worker_threads';

/** Start-up data of the thread. */
export interface ThreadOptions {
  /** Where the database is kept; in memory when absent. */
  clusterDirectory: string | undefined;
  /** A tar of a data directory to start an in-memory database from. */
  template: Uint8Array | undefined;
  vacuumIntervalMs: number;
}

/** To the thread. `session` opens a connection that speaks PostgreSQL's protocol over the port. */
export type Request = { type: 'session'; port: MessagePort } | { type: 'dump' } | { type: 'close' };

/** From the thread. An error before `ready`, or the thread's end, comes as the worker's `error` and `exit`. */
export type Reply = { type: 'ready' } | { type: 'dumped'; tar: Uint8Array };
