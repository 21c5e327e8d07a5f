import { CFDI } from './declarations.js';
import type { XmlDocument, XmlElement } from './xml.js';

/**
 * Where a TFD goes, so that every other byte of the document stays as it was sent. The original bytes and this are
 * enough to give the stamped document out again.
 */
export interface Insertion {
  /** Bytes of the document before the insertion, a byte order mark included. */
  readonly offset: number;
  /** Bytes that the insertion takes the place of: 0, or 2 where `<cfdi:Complemento/>` loses its `/>`. */
  readonly replaced: number;
  /** What is written there: the TFD, with the tags of a Complemento where the document has none to hold it. */
  readonly insertion: string;
}

/** Where a document has room for a TFD, and the tags that it needs around it. */
export type Place = Omit<Insertion, 'insertion'> & { readonly before: string; readonly after: string };

/**
 * Finds the place of a TFD: as the last child of the Complemento that there is, else in a new Complemento behind the last
 * element that SAT's schema puts before it, which is the last one that is not the Addenda. New tags take the prefix that
 * the document uses.
 */
export function findPlace(document: XmlDocument): Place {
  const { root, text } = document;
  const complement = root.children.find(({ local, uri }) => local === 'Complemento' && uri === CFDI);
  if (complement === undefined) {
    const name = root.prefix === '' ? 'Complemento' : `${root.prefix}:Complemento`;
    return { offset: byteOffset(document, endOfContent(root)), replaced: 0, before: `<${name}>`, after: `</${name}>` };
  }
  if (complement.selfClosing) {
    const offset = byteOffset(document, complement.end - '/>'.length);
    return { offset, replaced: '/>'.length, before: '>', after: `</${complement.name}>` };
  }
  // An end tag holds no other `<`, so the last one before its end begins it.
  const endTag = text.lastIndexOf('</', complement.end - 1);
  return { offset: byteOffset(document, endTag), replaced: 0, before: '', after: '' };
}

/** The document with the insertion in it. */
export function applyInsertion(bytes: Buffer, { offset, replaced, insertion }: Insertion): Buffer {
  return Buffer.concat([bytes.subarray(0, offset), Buffer.from(insertion), bytes.subarray(offset + replaced)]);
}

/** Just behind the last child that is not the Addenda; a Comprobante that passed the structure check has one. */
function endOfContent(root: XmlElement): number {
  const last = root.children.filter(({ local }) => local !== 'Addenda').at(-1);
  return last?.end ?? root.startTagEnd;
}

const byteOffset = ({ text, bom }: XmlDocument, offset: number) => bom + Buffer.byteLength(text.slice(0, offset));
