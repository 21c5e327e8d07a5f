import { createHash } from 'node:crypto';
import { isAddenda, isTfd } from './structure.js';
import { normalizeSpace } from './values.js';
import type { XmlAttribute, XmlElement } from './xml.js';
import { XSI } from './xml.js';

/** What tells whether two documents are the same (see "the same document" in the engine's rules). All are SHA-256, 32 bytes. */
export interface Digests {
  /** Of `issuer RFC`, a line feed, and the original string, in UTF-8: the identity of the fiscal document. */
  readonly fingerprint: Buffer;
  /**
   * Of what the document says, however it is written: `attributesText` in UTF-8. The original string names no attribute,
   * so `Serie="A"` and `Folio="A"` give the same one; here they differ.
   */
  readonly attributes: Buffer;
  /** Of the bytes as they came. */
  readonly content: Buffer;
}

/** Computes the three digests of a document. */
export function digestsOf(bytes: Buffer, root: XmlElement, issuerRfc: string, originalString: string): Digests {
  return {
    fingerprint: sha256(`${issuerRfc}\n${originalString}`),
    attributes: sha256(attributesText(root)),
    content: sha256(bytes),
  };
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();

/** Attributes of the Comprobante that prove the document and say nothing of their own. */
const proofs: ReadonlySet<string> = new Set(['Sello', 'Certificado']);

/**
 * The canonical form of a document: `SOH element STX name value … ETX`, children inside, in document order; attributes
 * sorted by name, values after normalize-space, names with their namespace instead of a prefix. Left out: Addenda, TFD, Sello,
 * Certificado, the `xsi:` hints, comments, and a Complemento that holds nothing else. Control characters separate the
 * parts because XML can hold none of them.
 */
function attributesText(element: XmlElement): string {
  let out = `\u0001${element.uri} ${element.local}`;
  for (const { uri, local, value } of element.attributes.toSorted(byName)) {
    if (uri === XSI || (element.parent === null && proofs.has(local))) continue;
    out += `\u0002${uri} ${local}\u0002${normalizeSpace(value)}`;
  }
  const text = normalizeSpace(element.text);
  if (text !== '') out += `\u0004${text}`;
  for (const child of element.children) if (counts(child)) out += attributesText(child);
  return `${out}\u0003`;
}

/** By namespace, then by name; no two attributes of an element share both. */
function byName(a: XmlAttribute, b: XmlAttribute): number {
  if (a.uri !== b.uri) return a.uri < b.uri ? -1 : 1;
  return a.local < b.local ? -1 : 1;
}

/** A stamp may add the Complemento that it stands in, so an empty one is no difference. */
function counts(element: XmlElement): boolean {
  if (isAddenda(element) || isTfd(element)) return false;
  const isComplement = element.local === 'Complemento' && element.parent?.parent === null;
  return !isComplement || element.children.some(counts);
}
