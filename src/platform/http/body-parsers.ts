import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problem } from '../../problems.js';
import type { RegisteredOperation } from './definition.js';
import { fault, InvalidRequest } from './faults.js';
import { readJson } from './json-body.js';

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const xml = ['application/xml', 'text/xml'];

/** The media types of the bodies that an operation takes; none where it takes no body. */
export function acceptedTypes({ body, xmlBody, formBody }: RegisteredOperation): readonly string[] {
  return [...(body ? [json] : []), ...(formBody ? [form] : []), ...(xmlBody ? xml : [])];
}

/** Reads bodies: JSON and forms into values, XML not at all: its bytes are the document. */
export function registerBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(json, { parseAs: 'buffer' }, async (_: FastifyRequest, bytes: Buffer) => readJson(bytes));
  app.addContentTypeParser(form, { parseAs: 'buffer' }, async (_: FastifyRequest, bytes: Buffer) => readForm(bytes));
  app.addContentTypeParser(xml, { parseAs: 'buffer' }, async (_: FastifyRequest, bytes: Buffer) => bytes);
}

/**
 * Checks the headers of a body against what the operation takes, before any of it is read.
 *
 * @throws Problem `unsupported_media_type`; InvalidRequest where there is a body and the operation takes none
 */
export function checkBodyHeaders(accepted: readonly string[], headers: FastifyRequest['headers']): void {
  const type = headers['content-type'];
  // The usual case first: nothing to take apart.
  if (type !== undefined && headers['content-encoding'] === undefined && accepted.includes(type)) return;
  if (!announcesBody(headers)) return;
  if (accepted.length === 0) throw new InvalidRequest('body', [fault('/body', 'no_body')]);
  const [media = '', ...parameters] = (type ?? '').toLowerCase().split(';');
  const inUtf8 = media.trim().endsWith('/xml') || parameters.every(allowsUtf8);
  if (headers['content-encoding'] !== undefined || !accepted.includes(media.trim()) || !inUtf8) {
    throw problem('unsupported_media_type', { params: { accepted: accepted.join(', ') } });
  }
}

function announcesBody(headers: FastifyRequest['headers']): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** JSON and forms are UTF-8; an XML document says itself what it is encoded in. */
function allowsUtf8(parameter: string): boolean {
  const [name = '', value = ''] = parameter.split('=');
  return name.trim() !== 'charset' || /^"?utf-?8"?$/.test(value.trim());
}

/** A form as OAuth's clients send it (RFC 6749, appendix B): fields of text, each at most once. */
function readForm(bytes: Buffer): Record<string, string> | undefined {
  if (bytes.length === 0) return undefined;
  const fields = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(bytes.toString('utf8'))) {
    if (Object.hasOwn(fields, name)) throw new InvalidRequest('body', [fault(`/body/${name}`, 'repeated')]);
    if (value.includes('\0')) throw new InvalidRequest('body', [fault(`/body/${name}`, 'character')]);
    fields[name] = value;
  }
  return fields;
}
