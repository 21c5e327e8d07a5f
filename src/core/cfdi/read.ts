import type { Violation } from '../../problems.js';
import { CFDI, comprobante } from './declarations.js';
import { type Digests, digestsOf } from './digests.js';
import { findPlace, type Place } from './insertion.js';
import { originalString } from './original-string.js';
import { bind, isAddenda } from './structure.js';
import { type Summary, summaryOf } from './summary.js';
import { findTfd, type Tfd } from './tfd.js';
import { pathOf, quote, violation } from './violations.js';
import { readXml, type UnreadableReason, UnreadableXml, type XmlDocument, type XmlElement } from './xml.js';

/** Size of a document beyond which it is not read; the HTTP layer's limit is lower or equal. */
export const MAX_BYTES = 10 * 1024 * 1024;

/** A document whose XML and structure are good. */
export interface CfdiDocument {
  /** As they came. */
  readonly bytes: Buffer;
  /** Where a TFD goes. The tree is not kept: it takes many times the memory of the document. */
  readonly place: Place;
  /** `||4.0|…||`, what the seal signs. */
  readonly originalString: string;
  readonly digests: Digests;
  readonly summary: Summary;
  /** The TFD, when the document is stamped already. */
  readonly tfd: Tfd | null;
}

/** A document, or everything that is wrong with its form. */
export type ReadResult =
  | { readonly ok: true; readonly document: CfdiDocument }
  | { readonly ok: false; readonly violations: readonly Violation[] };

/** Reads a document once: XML, structure, original string, digests. Never throws for what the bytes hold. */
export function readDocument(bytes: Buffer): ReadResult {
  if (bytes.length > MAX_BYTES) return refuse('bytes', String(MAX_BYTES), '/');
  let xml: XmlDocument;
  try {
    xml = readXml(bytes, isAddenda);
  } catch (error) {
    if (error instanceof UnreadableXml) return refuse(error.reason, error.detail, error.path);
    throw error;
  }
  const { root } = xml;
  if (root.uri !== CFDI || root.local !== comprobante.name) return { ok: false, violations: [otherDocument(root)] };
  const { bound, violations } = bind(root, comprobante);
  if (violations.length > 0) return { ok: false, violations };
  const tfd = findTfd(root);
  const summary = summaryOf(root, tfd);
  const string = originalString(bound);
  const digests = digestsOf(bytes, root, summary.issuerRfc, string);
  const place = findPlace(xml);
  return { ok: true, document: { bytes, place, originalString: string, digests, summary, tfd } };
}

/** Sentences for what makes a document unreadable; `{detail}` is the particular. */
const reasons: Readonly<Record<UnreadableReason, readonly [en: string, es: string]>> = {
  bytes: ['The document has more than {detail} bytes.', 'El comprobante tiene más de {detail} bytes.'],
  encoding: [
    'The document must be UTF-8 and is not: {detail}.',
    'El comprobante debe estar en UTF-8 y no lo está: {detail}.',
  ],
  version: ['The XML must be of version 1.0, not {detail}.', 'El XML debe ser de la versión 1.0, no {detail}.'],
  dtd: ['A document type declaration is not allowed.', 'No se permite una declaración de tipo de documento (DTD).'],
  malformed: ['The XML is not well-formed: {detail}.', 'El XML no está bien formado: {detail}.'],
  depth: ['Elements are nested deeper than {detail}.', 'Los elementos están anidados a más de {detail} niveles.'],
  elements: ['The document has more than {detail} elements.', 'El comprobante tiene más de {detail} elementos.'],
  name: ['A name has more than {detail} characters.', 'Un nombre tiene más de {detail} caracteres.'],
  attributes: ['An element has more than {detail} attributes.', 'Un elemento tiene más de {detail} atributos.'],
};

function refuse(reason: UnreadableReason, detail: string, path: string): ReadResult {
  const [en, es] = reasons[reason].map((sentence) => sentence.replace('{detail}', () => quote(detail))) as [
    string,
    string,
  ];
  return { ok: false, violations: [violation({ code: '301', path, actual: detail, en, es })] };
}

function otherDocument(root: XmlElement): Violation {
  return violation({
    code: '301',
    path: pathOf(root),
    expected: `{${CFDI}}${comprobante.name}`,
    actual: `{${root.uri}}${root.local}`,
    en: 'The document is not a CFDI 4.0: its root must be Comprobante in the namespace http://www.sat.gob.mx/cfd/4.',
    es: 'El documento no es un CFDI 4.0: su raíz debe ser Comprobante en el espacio de nombres http://www.sat.gob.mx/cfd/4.',
  });
}
