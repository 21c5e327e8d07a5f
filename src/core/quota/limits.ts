/** Bounds of the engine. Each was measured or has its reason here; none is a setting, because none depends on the site. */
export const limits = {
  /** Requests of one commit at most. From 64 on a commit gets longer and hardly cheaper (32 to 256 tried, 512 callers). */
  batchSize: 128,
  /** Bytes of documents in one commit at most (a request alone may exceed it): a statement is held in memory on both sides. */
  batchBytes: 4 * 1024 * 1024,
  /** Requests that wait for one account at most: about a second's work, as long as a refused caller is told to wait. */
  queuePerAccount: 4096,
  /** Requests that wait in this process at most, over all accounts. */
  queueTotal: 16_384,
  /** Bytes of documents that wait in this process at most: what the queues may take of its memory. */
  queueBytes: 64 * 1024 * 1024,
  /** Times that a batch is tried when the database is busy or the connection was lost. */
  attempts: 4,
  /** Milliseconds after which it is not tried again: connecting to a host that does not answer takes longer. */
  tryForMs: 5_000,
  /** Milliseconds before the second try at most; twice as much before each further one. */
  firstRetryMs: 25,
  /** Seconds after which a refused caller may try again. */
  retryAfter: 1,
} as const;
