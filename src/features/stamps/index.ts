import type { FastifyInstance } from 'fastify';
import { readDocument, readTfd, tfdOriginalString } from '../../core/cfdi/index.js';
import type { Cursors } from '../../platform/http/cursors.js';
import { languageOf } from '../../platform/http/language.js';
import { operation } from '../../platform/http/operation.js';
import type { Caller } from '../access/index.js';
import { createStamp, type StampingServices } from './create-stamp.js';
import { documentBytes } from './document-body.js';
import {
  documentExample,
  originalStringsExample,
  stampExample,
  stampedExample,
  validationExample,
} from './examples.js';
import { presentForecast, presentResult, presentStamp, stampedXml, tfdAlone } from './present.js';
import { documentOf, stampFilter, stampFor } from './read-stamps.js';
import {
  OriginalStrings,
  Stamp,
  StampedDocument,
  StampInput,
  StampList,
  StampValidation,
  stampParams,
  stampQuery,
} from './schemas.js';
import { validateStamp } from './validate-stamp.js';

/** What this room needs of the house. */
export interface StampServices extends StampingServices {
  readonly cursors: Cursors;
  /** Bytes of a body that carries a document. */
  readonly documentLimit: number;
}

const tag = 'Stamps';
const xmlBody = { description: 'The sealed CFDI, byte for byte.', example: documentExample };

/**
 * Stamps: give one, try without giving one, and hand out those given.
 *
 * One document gives one stamp and one charge, whatever is retried or runs in parallel: the quota engine sees to it
 * (core/quota). What a document must be is core/cfdi's and core/certificates' to say; here the steps stand in order.
 */
export function stamps(app: FastifyInstance, services: StampServices): void {
  const { uow, cursors, documentLimit: bodyLimit } = services;

  operation(app, {
    id: 'createStamp',
    method: 'POST',
    path: '/v1/stamps',
    tag,
    summary: 'Stamp a sealed document',
    description:
      'Checks a sealed CFDI 4.0 by the rules of SAT, charges one stamp and returns the document with its TFD. Send the XML itself (`application/xml`) or a JSON envelope.\n\n' +
      'The same document always gets the same stamp, and it is charged once: by the same or another key, in parallel, after 72 hours, after the account was blocked or emptied. A retry is safe at any time; it answers with `replayed` true and the header `Idempotent-Replayed`. A document that is refused is not charged.',
    idempotency: 'key-optional',
    body: StampInput,
    xmlBody,
    bodyLimit,
    rate: 'stamping',
    success: {
      status: 201,
      description: 'The stamp, given now or earlier.',
      schema: StampedDocument,
      example: stampedExample,
    },
    problems: [
      'invalid_cfdi',
      'insufficient_stamps',
      'account_blocked',
      'emitter_not_enabled',
      'emitter_suspended',
      'same_seal_other_document',
      'stamped_elsewhere',
      'idempotency_key_reused',
      'request_in_progress',
      'no_certifier',
    ],
    examples: { text: { summary: 'XML as text', value: { xml: documentExample } } },
    async handler(request, reply) {
      const { caller, idempotencyKey } = request;
      const order = { account: caller.account, bytes: documentBytes(request.body), idempotencyKey };
      const answer = presentResult(await createStamp(services, order, caller.actor));
      reply.header('location', `/v1/stamps/${answer.id}`);
      if (answer.replayed) reply.header('idempotent-replayed', 'true');
      return answer;
    },
  });

  operation(app, {
    id: 'validateStamp',
    method: 'POST',
    path: '/v1/stamp-validations',
    tag,
    summary: 'Try a document without stamping it',
    description:
      'Runs every check that `POST /v1/stamps` runs, on document, account and balance, and says what would become of the document. It stamps, stores and charges nothing.',
    idempotency: 'natural',
    body: StampInput,
    xmlBody,
    bodyLimit,
    rate: 'stamping',
    success: {
      status: 200,
      description: 'What would become of the document.',
      schema: StampValidation,
      example: validationExample,
    },
    problems: [],
    examples: { text: { summary: 'XML as text', value: { xml: documentExample } } },
    async handler(request) {
      const order = { account: request.caller.account, bytes: documentBytes(request.body), idempotencyKey: null };
      return presentForecast(await validateStamp(services, order), languageOf(request.headers['accept-language']));
    },
  });

  operation(app, {
    id: 'listStamps',
    method: 'GET',
    path: '/v1/stamps',
    tag,
    summary: 'List stamps',
    description:
      'The stamps that the caller may see, oldest first: those of one account, or of the customers of a profile.',
    query: stampQuery,
    success: {
      status: 200,
      description: 'One page of stamps.',
      schema: StampList,
      example: { data: [stampExample], page: { next_cursor: null, has_more: false } },
    },
    problems: ['invalid_cursor', 'not_found'],
    async handler(request) {
      const page = cursors.page(request);
      const rows = await uow.read(async (tx) => {
        const filter = await stampFilter(tx, request.caller, request.query);
        return tx.stamp.findMany({ where: { AND: [filter, page.where] }, orderBy: page.orderBy, take: page.take });
      });
      return page.answer(rows, presentStamp);
    },
  });

  operation(app, {
    id: 'getStamp',
    method: 'GET',
    path: '/v1/stamps/:stamp_id',
    tag,
    summary: 'Get a stamp',
    description: 'One stamp, without its document.',
    params: stampParams,
    success: { status: 200, description: 'The stamp.', schema: Stamp, example: stampExample },
    problems: [],
    async handler(request) {
      return presentStamp(await uow.read((tx) => stampFor(tx, request.caller, request.params.stamp_id)));
    },
  });

  operation(app, {
    id: 'getStampXml',
    method: 'GET',
    path: '/v1/stamps/:stamp_id/xml',
    tag,
    summary: 'Download the stamped document',
    description: 'The document as it was sent, byte for byte, with its TFD inserted.',
    params: stampParams,
    success: {
      status: 200,
      description: 'The stamped document.',
      content: { 'application/xml': { description: 'A CFDI with its TFD, in UTF-8.', example: stampedExample.xml } },
    },
    problems: [],
    async handler(request, reply) {
      const { stamp, document } = await stampedDocument(request.caller, request.params.stamp_id);
      reply.type('application/xml; charset=utf-8');
      reply.header('content-disposition', `attachment; filename="${stamp.uuid}.xml"`);
      return stampedXml(document);
    },
  });

  operation(app, {
    id: 'getStampOriginalString',
    method: 'GET',
    path: '/v1/stamps/:stamp_id/original-string',
    tag,
    summary: 'Get the original strings of a stamp',
    description:
      'The original strings (cadenas originales) of document and TFD: what Sello and SelloSAT were made over.',
    params: stampParams,
    success: {
      status: 200,
      description: 'Both strings.',
      schema: OriginalStrings,
      example: originalStringsExample,
    },
    problems: [],
    async handler(request) {
      const { document } = await stampedDocument(request.caller, request.params.stamp_id);
      // As it came: with the TFD in it, a document may be beyond the limits that it kept.
      const read = readDocument(Buffer.from(document.xml));
      if (!read.ok) throw new Error('A stamped document cannot be read any more.');
      return { document: read.document.originalString, tfd: tfdOriginalString(readTfd(tfdAlone(document.tfd))) };
    },
  });

  async function stampedDocument(caller: Caller, publicId: string) {
    const stamp = await uow.read((tx) => stampFor(tx, caller, publicId));
    return { stamp, document: await uow.read((tx) => documentOf(tx, stamp)) };
  }
}
