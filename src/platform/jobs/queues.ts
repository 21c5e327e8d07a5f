/** Every queue, in one list: made by `createQueues`, served by a `JobRunner` that has a handler for it. */

/** What the jobs of each queue carry. Ids, not contents: the handler reads what is true when it runs. */
export interface JobData {
  'database.partitions': Record<string, never>;
  'database.expired': Record<string, never>;
}

/** The name of a queue. */
export type QueueName = keyof JobData;

/** How a queue treats its jobs. */
export interface QueueSettings {
  /** Attempts after the first. */
  readonly retryLimit: number;
  /** Wait before the first retry; about twice as long before each further one. */
  readonly retryDelaySeconds: number;
  /** A job is aborted after this time; that of a process that died is given to another one. */
  readonly expireSeconds: number;
  /** Jobs at once in one process. */
  readonly concurrency: number;
  /** Enqueued once in each span of this length, by whichever process comes first. */
  readonly everySeconds?: number;
}

const day = 86_400;

/** The list. */
export const queues: { readonly [Name in QueueName]: QueueSettings } = {
  'database.partitions': { retryLimit: 5, retryDelaySeconds: 60, expireSeconds: 60, concurrency: 1, everySeconds: day },
  'database.expired': { retryLimit: 5, retryDelaySeconds: 60, expireSeconds: 600, concurrency: 1, everySeconds: 3_600 },
};

/** The names, in the order of the list. */
export const queueNames = Object.keys(queues) as QueueName[];
