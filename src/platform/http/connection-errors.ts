import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Problem, problem } from '../../problems.js';
import { problemDocument } from './problem-document.js';

/** The answer that is being written on a connection, where Node keeps it; its own handler looks there as well. */
type AnsweringSocket = Socket & { readonly _httpMessage?: { readonly headersSent: boolean } | null };

/**
 * Answers what Node's HTTP parser refuses before there is a request: broken HTTP, headers beyond the limit, a request
 * that does not arrive in time. Nobody is known and no header was read, so the answer is in English.
 */
export function answerConnectionErrors(problemBase: string) {
  return (error: Error & { code?: string }, socket: AnsweringSocket): void => {
    // Reset by the other side, or an answer is already on its way: nothing can be said any more.
    if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent) {
      socket.destroy(error);
      return;
    }
    socket.end(rawAnswer(refusalOf(error.code), problemBase));
  };
}

function refusalOf(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return problem('header_fields_too_large');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem('request_timeout');
  return problem('malformed_request');
}

function rawAnswer(refusal: Problem, problemBase: string): string {
  const id = randomUUID();
  const body = JSON.stringify(problemDocument(refusal, id, 'en', problemBase));
  return [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'Content-Type: application/problem+json',
    'Content-Language: en',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
