import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { problem } from '../../problems.js';
import type { Admission } from './admission.js';
import { operation } from './operation.js';
import { component, enumOf } from './schemas.js';

/** Longest wait for the database to answer a probe. */
const patienceMs = 2_000;
const retryAfter = 5;

const Health = component(
  'Health',
  Type.Object(
    { status: enumOf(['ok'], { description: 'Always `ok`: whatever is not answers a problem.' }) },
    { description: 'That the service is well.' },
  ),
);

const example = { status: 'ok' as const };

/**
 * What orchestrators ask: whether to restart the process (`/livez`), and whether to send it requests (`/readyz`). They
 * count on no rate, tell no versions, and stand outside `/v1`, because they belong to the process and not to the API.
 *
 * @param isReady resolves once the database has answered
 */
export function registerHealth(app: FastifyInstance, admission: Admission, isReady: () => Promise<unknown>): void {
  operation(app, {
    id: 'getHealth',
    method: 'GET',
    path: '/livez',
    tag: 'Service',
    summary: 'Whether the process lives',
    description: 'Answers as long as the process can answer at all. Restart it where this fails.',
    success: { status: 200, description: 'The process lives.', schema: Health, example },
    problems: [],
    rate: 'exempt',
    handler: () => example,
  });
  operation(app, {
    id: 'getReadiness',
    method: 'GET',
    path: '/readyz',
    tag: 'Service',
    summary: 'Whether requests may be sent here',
    description: 'Answers 503 while the database is out of reach and while the process is stopping.',
    success: { status: 200, description: 'Requests are welcome.', schema: Health, example },
    problems: ['service_unavailable'],
    rate: 'exempt',
    async handler() {
      if (admission.draining || !(await within(patienceMs, isReady()))) {
        throw problem('service_unavailable', { retryAfter, params: { retry_after: retryAfter } });
      }
      return example;
    },
  });
}

/** Whether a promise is kept in time. What comes later is ignored. */
async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  const kept = promise.then(
    () => true,
    () => false,
  );
  return Promise.race([kept, late]).finally(() => clearTimeout(timer));
}
