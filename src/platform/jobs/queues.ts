/** Every queue, in one list. `timbrel migrate` makes them; the server starts workers for those that have a handler. */

/** How a queue treats its jobs. Times in seconds. */
interface QueueSettings {
  /** Attempts after the first. */
  readonly retryLimit: number;
  /** Wait before the first retry; doubles with each further one, with jitter. */
  readonly retryDelay: number;
  /** A job that runs longer, or whose process died, is given to another worker after this time. */
  readonly expireInSeconds: number;
  /** Enqueued once in each span of this length, by whichever process comes first. */
  readonly everySeconds?: number;
}

/** What the jobs of each queue carry. */
export interface JobData {
  'database.partitions': Record<string, never>;
}

/** The name of a queue. */
export type QueueName = keyof JobData;

/** The list. */
export const queues: { readonly [Name in QueueName]: QueueSettings } = {
  'database.partitions': { retryLimit: 5, retryDelay: 60, expireInSeconds: 60, everySeconds: 86_400 },
};
