import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '../../problems.js';
import { acceptedTypes, checkBodyHeaders } from './body-parsers.js';
import type { RegisteredOperation } from './definition.js';
import type { CountRequest } from './rate-limits.js';

/**
 * What is settled before a byte of the body is read: who asks, whether they ask too often, and whether the headers fit
 * the operation. Cheap for those who are let in, and all there is for those who are not.
 */
export function beforeBody(operation: RegisteredOperation, count: CountRequest) {
  const { method, rate = 'standard', policy } = operation;
  const { authenticate } = policy;
  const accepted = acceptedTypes(operation);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (authenticate !== undefined) {
      try {
        await authenticate(request);
      } catch (error) {
        // Whoever guesses credentials uses up the rate of their address; those who have some are not slowed by it.
        await count('anonymous', request, reply);
        throw error;
      }
    }
    if (rate !== 'exempt') await count(request.actor === null ? 'anonymous' : rate, request, reply);
    if (method === 'GET') return;
    request.idempotencyKey = idempotencyKeyOf(operation, request.headers['idempotency-key']);
    checkBodyHeaders(accepted, request.headers);
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
