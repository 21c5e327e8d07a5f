import { SaxesParser, type SaxesTagNS } from 'saxes';

/**
 * The one reading of a document: bytes in, a compact tree out, or a refusal. Nothing is resolved, fetched or expanded:
 * a DTD is refused as such, so there are no entities but XML's own five; comments and processing instructions are skipped.
 */

/** Deepest nesting. SAT's schemas need 12; an Addenda is free, and 100 leaves room without letting anyone climb. */
export const MAX_DEPTH = 100;
/** Elements of a document. 10,000 concepts with their taxes have 60,000. */
export const MAX_ELEMENTS = 250_000;
/** Attributes of one element, namespace declarations included: a Comprobante that declares every complement has about 60. */
export const MAX_ATTRIBUTES = 256;

/** Characters of the name of an element or attribute. SAT's longest has 40; names come back in messages and paths. */
export const MAX_NAME = 200;

/** The namespace of `xmlns` and `xmlns:*`. */
export const XMLNS = 'http://www.w3.org/2000/xmlns/';
/** The namespace of `xsi:schemaLocation`. */
export const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** One attribute; namespace declarations are not among them. */
export interface XmlAttribute {
  /** Name as written, with prefix. */
  readonly name: string;
  readonly local: string;
  /** Namespace; empty for a name without prefix. */
  readonly uri: string;
  /** Value after XML's own normalisation: references resolved, literal tab and line ends turned into spaces. */
  readonly value: string;
}

/** One element of the tree. Offsets count UTF-16 units of the decoded text, a byte order mark excluded. */
export interface XmlElement {
  /** Name as written, with prefix. */
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  readonly uri: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: XmlElement[];
  readonly parent: XmlElement | null;
  /** Character data directly inside, CDATA included, in one piece. */
  text: string;
  /** Just behind the start tag. */
  readonly startTagEnd: number;
  /** Just behind the end tag, or behind the start tag of an empty-element tag. */
  end: number;
  /** Written as `<name/>`. */
  readonly selfClosing: boolean;
}

/** A document as read. */
export interface XmlDocument {
  readonly bytes: Buffer;
  readonly text: string;
  /** Bytes before `text`: 3 when there is a byte order mark. */
  readonly bom: 0 | 3;
  readonly root: XmlElement;
}

/** Why a document cannot be read. */
export class UnreadableXml extends Error {
  constructor(
    readonly reason: UnreadableReason,
    /** The particular: the parser's words, a limit, an encoding. */
    readonly detail: string,
    /** XPath of the place, where one is known. */
    readonly path: string,
  ) {
    super(`${reason}: ${detail}`);
  }
}

/** The kinds of refusal, each with its own message. */
export type UnreadableReason =
  | 'encoding'
  | 'dtd'
  | 'malformed'
  | 'version'
  | 'depth'
  | 'elements'
  | 'attributes'
  | 'name'
  | 'bytes';

/**
 * Reads a document.
 * @param bytes UTF-8, with or without a byte order mark
 * @param freeContent tells whether the inside of an element is kept out of the tree (it is still read and limited)
 * @throws UnreadableXml
 */
export function readXml(bytes: Buffer, freeContent?: (element: XmlElement) => boolean): XmlDocument {
  const { text, bom } = decode(bytes);
  const builder = new TreeBuilder(freeContent);
  builder.read(text);
  return { bytes, text, bom, root: builder.root! };
}

/** Bytes to text: UTF-8 alone, every invalid sequence refused. */
function decode(bytes: Buffer): { text: string; bom: 0 | 3 } {
  const [a, b] = bytes;
  if ((a === 0xfe && b === 0xff) || (a === 0xff && b === 0xfe) || (a === 0 && b === 0x3c) || (a === 0x3c && b === 0))
    throw new UnreadableXml('encoding', 'UTF-16', '/');
  const bom = a === 0xef && b === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableXml('encoding', 'bytes that are not UTF-8', '/');
  }
  // The parser would pass over a second mark.
  if (text.startsWith('\uFEFF')) throw new UnreadableXml('malformed', 'two byte order marks', '/');
  return { text, bom };
}

/** Builds the tree out of the parser's events; any fault ends the reading. */
class TreeBuilder {
  root: XmlElement | null = null;
  private source = '';
  private current: XmlElement | null = null;
  private elements = 0;
  private depth = 0;
  private attributes = 0;
  /** Depth of the element whose inside is free content; 0 when outside of any. */
  private freeDepth = 0;
  private readonly parser = new SaxesParser({ xmlns: true, position: true });

  constructor(private readonly freeContent: ((element: XmlElement) => boolean) | undefined) {}

  read(text: string): void {
    const { parser } = this;
    this.source = text;
    // Six handlers and no more: saxes adds them as properties, and with a seventh V8 turns the parser into a slow object
    // (10 times the time a document). What has no handler here is looked at when the root opens.
    parser.on('error', (error) => this.refuse('malformed', error.message));
    parser.on('attribute', ({ name }) => {
      // Counted one by one: the parser would gather a flood of attributes before it shows the element.
      this.attributes += 1;
      if (this.attributes > MAX_ATTRIBUTES) this.refuse('attributes', String(MAX_ATTRIBUTES));
      if (name.length > MAX_NAME) this.refuse('name', String(MAX_NAME));
    });
    parser.on('opentag', (tag) => this.open(tag));
    parser.on('closetag', () => this.close());
    parser.on('text', (chunk) => this.append(chunk));
    parser.on('cdata', (chunk) => this.append(chunk));
    parser.write(text).close();
  }

  private open(tag: SaxesTagNS): void {
    if (this.root === null) this.checkProlog();
    this.attributes = 0;
    this.elements += 1;
    this.depth += 1;
    if (this.elements > MAX_ELEMENTS) this.refuse('elements', String(MAX_ELEMENTS));
    if (tag.name.length > MAX_NAME) this.refuse('name', String(MAX_NAME));
    if (this.depth > MAX_DEPTH) this.refuse('depth', String(MAX_DEPTH));
    if (this.freeDepth > 0) return;
    const element: XmlElement = {
      name: tag.name,
      prefix: tag.prefix,
      local: tag.local,
      uri: tag.uri,
      attributes: attributesOf(tag),
      children: [],
      parent: this.current,
      text: '',
      startTagEnd: this.parser.position,
      end: this.parser.position,
      selfClosing: tag.isSelfClosing,
    };
    if (this.current === null) this.root = element;
    else this.current.children.push(element);
    this.current = element;
    if (this.freeContent?.(element)) this.freeDepth = this.depth;
  }

  private close(): void {
    if (this.freeDepth === 0 || this.freeDepth === this.depth) {
      this.freeDepth = 0;
      this.current!.end = this.parser.position;
      this.current = this.current!.parent;
    }
    this.depth -= 1;
  }

  private append(chunk: string): void {
    if (this.current !== null && this.freeDepth === 0) this.current.text += chunk;
  }

  /** The parser reads a DTD without heeding it, so it is found here, in what stands before the root. */
  private checkProlog(): void {
    const { version, encoding } = this.parser.xmlDecl;
    if (version !== undefined && version !== '1.0') this.refuse('version', version);
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') this.refuse('encoding', encoding);
    const prolog = this.source.slice(0, this.source.lastIndexOf('<', this.parser.position - 1));
    if (prolog.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>/g, '').includes('<!')) this.refuse('dtd', '<!DOCTYPE');
  }

  private refuse(reason: UnreadableReason, detail: string): never {
    throw new UnreadableXml(reason, detail, this.place());
  }

  /** Names from the root down, without positions: enough to find the place of a fault of form. */
  private place(): string {
    let path = '';
    for (let element = this.current; element !== null; element = element.parent) path = `/${element.name}${path}`;
    return path === '' ? '/' : path;
  }
}

function attributesOf(tag: SaxesTagNS): XmlAttribute[] {
  const attributes: XmlAttribute[] = [];
  for (const name in tag.attributes) {
    const attribute = tag.attributes[name]!;
    if (attribute.uri !== XMLNS) attributes.push(attribute);
  }
  return attributes;
}
