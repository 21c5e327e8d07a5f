import { problem } from '../../problems.js';
import { assertOutsideTransaction } from './unit-of-work.js';

/** Bounds of a grouped reader. */
export interface GroupLimits {
  /** Keys of one query at most; 200 when absent. */
  batchSize?: number;
  /** Callers that wait at most, before further ones are refused; 10,000 when absent. */
  queueSize?: number;
}

interface Waiting<K, V> {
  key: K;
  resolve(value: V | undefined): void;
  reject(error: unknown): void;
}

/**
 * Turns single look-ups that come at the same time into one query: while a query is under way, later callers gather for
 * the next. There is no timer, so a caller alone waits for nobody.
 *
 * @param load finds the values of distinct keys; a key that is missing in its answer has no value
 * @returns a look-up of one key; undefined when there is none
 * @throws Problem `service_unavailable` when too many callers wait, and whatever `load` throws, to each of its callers
 */
export function groupReads<K extends string | number | bigint, V>(
  load: (keys: K[]) => Promise<Map<K, V>>,
  { batchSize = 200, queueSize = 10_000 }: GroupLimits = {},
): (key: K) => Promise<V | undefined> {
  const queue: Waiting<K, V>[] = [];
  let running = false;

  async function drain(): Promise<void> {
    running = true;
    while (queue.length > 0) {
      const batch = queue.splice(0, batchSize);
      try {
        const found = await load([...new Set(batch.map(({ key }) => key))]);
        for (const { key, resolve } of batch) resolve(found.get(key));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = false;
  }

  return async (key) => {
    assertOutsideTransaction();
    if (queue.length >= queueSize) throw problem('service_unavailable', { retryAfter: 1, params: { retry_after: 1 } });
    return new Promise((resolve, reject) => {
      queue.push({ key, resolve, reject });
      if (!running) void drain();
    });
  };
}
