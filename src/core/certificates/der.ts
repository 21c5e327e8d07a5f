/** ASN.1 tags (X.690) at the places of a key file that we look at before OpenSSL does. */
export const tags = { integer: 0x02, octetString: 0x04, oid: 0x06, sequence: 0x30 } as const;

/** One element of a DER encoding. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
}

/** Fan-out of the structures that we read is below ten. */
const maxChildren = 32;

/** The one element that fills the bytes to the last, or null. */
export function readDer(bytes: Buffer): DerElement | null {
  const elements = readDerSequence(bytes);
  return elements?.length === 1 ? (elements[0] ?? null) : null;
}

/** The elements that fill the bytes to the last, or null for anything that is not so. */
export function readDerSequence(bytes: Buffer): DerElement[] | null {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const span = contentSpan(bytes, at);
    if (span === null || elements.length === maxChildren) return null;
    elements.push({ tag: bytes[at] as number, content: bytes.subarray(span.start, span.end) });
    at = span.end;
  }
  return elements;
}

/** Definite lengths of up to four bytes; DER has no others. */
function contentSpan(bytes: Buffer, at: number): { start: number; end: number } | null {
  const first = bytes[at + 1];
  if (first === undefined) return null;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4 || at + 2 + lengthBytes > bytes.length) return null;
  const start = at + 2 + lengthBytes;
  const end = start + (lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes));
  return end <= bytes.length ? { start, end } : null;
}
