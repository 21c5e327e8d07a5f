import type { Clock } from './clock.js';
import type { Tx } from './db/unit-of-work.js';
import { newId } from './ids.js';

/** Something that happened. */
export interface EventDraft {
  /** `customer.created`, `login.failed`: what it is about, and what became of it. */
  type: string;
  /** Public id of what it is about. */
  subject: string;
  /** Public id of who did it. */
  actor: string;
  /** UUID of the customer whose history it belongs to. */
  customerId?: string;
  environment?: 'sandbox' | 'production';
  /** What else there is to know; never a secret. */
  data?: Record<string, string | number | boolean | null | string[]>;
}

/** Writes an event in the transaction that causes it: it happened if, and only if, its effect did. */
export async function recordEvent(tx: Tx, clock: Clock, event: EventDraft): Promise<void> {
  const { customerId = null, environment = null, data = {}, ...rest } = event;
  await tx.event.create({
    data: { id: newId(clock), createdAt: clock.now(), customerId, environment, data, ...rest },
  });
}
