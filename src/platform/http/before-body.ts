import type { FastifyRequest } from 'fastify';
import { problem } from '../../problems.js';
import type { RegisteredOperation } from './definition.js';

/**
 * What is settled before a byte of the body is read: who asks, and whether headers fit the operation. Cheap for those who
 * are let in, and all there is for those who are not.
 */
export function beforeBody(operation: RegisteredOperation) {
  const { authenticate } = operation.policy;
  return async (request: FastifyRequest): Promise<void> => {
    if (authenticate !== undefined) await authenticate(request);
    if (operation.method === 'GET') return;
    request.idempotencyKey = idempotencyKeyOf(operation, request.headers['idempotency-key']);
  };
}

/** 1 to 255 visible ASCII characters. Two headers of the name arrive joined by a comma and a space, and fail. */
const KEY = /^[\x21-\x7e]{1,255}$/;

function idempotencyKeyOf(operation: RegisteredOperation, header: string | string[] | undefined): string | null {
  const { idempotency } = operation;
  const accepted = idempotency === 'key-required' || idempotency === 'key-optional';
  if (header === undefined) {
    if (idempotency === 'key-required') throw problem('idempotency_key_required');
    return null;
  }
  if (!accepted) throw problem('idempotency_key_not_accepted');
  if (typeof header !== 'string' || !KEY.test(header)) throw problem('invalid_idempotency_key');
  return header;
}
