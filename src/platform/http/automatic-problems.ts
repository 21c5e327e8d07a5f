import type { ProblemCode } from '../../problems.js';
import type { IdempotencyClass, OperationPolicy, RateClass } from './definition.js';

/** What every operation can answer, whatever it does. */
const always: readonly ProblemCode[] = ['invalid_request', 'internal_error'];

/** What every operation can answer that is counted, and refused while there is too much to do: all but the probes. */
const limited: readonly ProblemCode[] = ['too_many_requests', 'service_unavailable'];

/** What of a definition decides which codes the platform adds. */
interface Shape {
  readonly method: string;
  readonly path: string;
  readonly problems: readonly ProblemCode[];
  readonly body?: unknown;
  readonly xmlBody?: unknown;
  readonly idempotency?: IdempotencyClass;
  readonly rate?: RateClass;
}

/**
 * Every code that an operation can answer: its own, and what the platform refuses on its behalf. What fails before an
 * operation is known (405, 408, 414, 431) belongs to none and is told in the document's introduction.
 */
export function codesOf(operation: Shape, policy: OperationPolicy): ReadonlySet<ProblemCode> {
  const secured: ProblemCode[] = policy.security.length > 0 ? ['authentication_required', 'forbidden'] : [];
  const named: ProblemCode[] = operation.path.includes('/:') ? ['not_found'] : [];
  return new Set([
    ...always,
    ...(operation.rate === 'exempt' ? [] : limited),
    ...secured,
    ...named,
    ...bodyCodes(operation),
    ...retryCodes(operation),
    ...operation.problems,
  ]);
}

function bodyCodes({ body, xmlBody }: Shape): ProblemCode[] {
  return body || xmlBody ? ['malformed_body', 'payload_too_large', 'unsupported_media_type'] : [];
}

function retryCodes({ method, idempotency }: Shape): ProblemCode[] {
  if (method === 'GET') return [];
  if (idempotency === 'key-required') return ['idempotency_key_required', ...keyCodes];
  if (idempotency === 'key-optional') return keyCodes;
  return ['idempotency_key_not_accepted'];
}

const keyCodes: ProblemCode[] = ['invalid_idempotency_key', 'request_in_progress', 'idempotency_key_reused'];
