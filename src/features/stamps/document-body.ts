import type { Static } from 'typebox';
import { problem } from '../../problems.js';
import type { StampInput } from './schemas.js';

/** Padding may be followed by line ends only. What follows begins with padding, or a run of line ends would take quadratic time. */
const base64 = /^[A-Za-z0-9+/\r\n]*(?:={1,2}[\r\n]*)?$/;

/**
 * The bytes of a document, whichever way it was sent: as the XML itself, or in a JSON body as text or base64.
 *
 * @throws Problem `invalid_request` for base64 that is none, and for text that no UTF-8 can express: guessing would
 *   change bytes that a seal covers
 */
export function documentBytes(body: Buffer | Static<typeof StampInput>): Buffer {
  if (Buffer.isBuffer(body)) return body;
  const { xml, encoding = 'text' } = body;
  if (encoding === 'base64') {
    if (!base64.test(xml)) throw badXml('is not base64 (RFC 4648) as `encoding` says.');
    return Buffer.from(xml, 'base64');
  }
  if (!xml.isWellFormed()) throw badXml('holds half of a surrogate pair, which UTF-8 cannot express.');
  return Buffer.from(xml, 'utf8');
}

function badXml(what: string) {
  return problem('invalid_request', { errors: [{ pointer: '/body/xml', message: `xml ${what}` }] });
}
