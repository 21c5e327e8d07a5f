import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type {
  AttributeFacts,
  BaseType,
  Cardinality,
  ChildFacts,
  ElementFacts,
  SimpleType,
} from '../../src/core/cfdi/facts.js';
import { readXml, type XmlDocument, type XmlElement } from '../../src/core/cfdi/xml.js';
import { convertPattern } from './pattern.js';

/** Reads SAT's schemas: as much of XML Schema as they use, and an error that names whatever is beyond it. */

const XS = 'http://www.w3.org/2001/XMLSchema';
/** Types under this namespace are catalogues. */
const CATALOGUES = 'http://www.sat.gob.mx/sitio_internet/cfd/catalogos';
/** An enumeration that is longer is a catalogue, and not part of a schema's structure. */
const MAX_ENUMERATION = 300;

/** The names that SAT gave to types, for tables that say `t_Importe` where SAT does. */
export const declaredNames = new WeakMap<SimpleType, string>();

/** A schema file with everything it imports. */
export class Schema {
  readonly root: XmlElement;
  readonly namespace: string;
  /** Prefixes, all bound at the root. */
  readonly prefixes: ReadonlyMap<string, string>;
  private readonly imports = new Map<string, Schema>();
  private readonly open = new Set<XmlElement>();

  constructor(
    private readonly file: string,
    loaded = new Map<string, Schema>(),
  ) {
    loaded.set(file, this);
    const document = readXml(readFileSync(file));
    this.root = document.root;
    this.prefixes = prefixesOf(document);
    this.namespace = attribute(this.root, 'targetNamespace') ?? '';
    for (const child of this.root.children) {
      if (child.local !== 'import') continue;
      const target = resolve(dirname(file), attribute(child, 'schemaLocation')!);
      this.imports.set(attribute(child, 'namespace')!, loaded.get(target) ?? new Schema(target, loaded));
    }
  }

  /** Every element that is declared at the top. */
  elements(): ElementFacts[] {
    if (attribute(this.root, 'elementFormDefault') !== 'qualified')
      throw new Error(`${this.file}: unqualified elements`);
    return this.root.children.filter(({ local }) => local === 'element').map((element) => this.element(element));
  }

  private element(node: XmlElement): ElementFacts {
    const name = attribute(node, 'name')!;
    const empty = { name, attributes: [], children: [], originalString: [] };
    const complex = only(node, 'complexType') ?? this.complexType(node, attribute(node, 'type'));
    if (complex === null) {
      const simple = only(node, 'simpleType');
      return { ...empty, text: simple === null ? this.named(node, attribute(node, 'type')!) : this.simple(simple) };
    }
    if (this.open.has(complex)) throw new Error(`${this.file}: ${name} contains itself`);
    this.open.add(complex);
    try {
      return { ...empty, ...this.body(complex) };
    } finally {
      this.open.delete(complex);
    }
  }

  private complexType(node: XmlElement, type: string | null): XmlElement | null {
    if (type === null) return null;
    const { schema, local } = this.resolve(node, type);
    return (
      schema?.root.children.find((child) => child.local === 'complexType' && attribute(child, 'name') === local) ?? null
    );
  }

  private body(complex: XmlElement): Omit<ElementFacts, 'name' | 'originalString'> {
    const attributes: AttributeFacts[] = [];
    let content: Pick<ElementFacts, 'children' | 'any'> = { children: [] };
    let text: SimpleType | undefined;
    if (attribute(complex, 'mixed') === 'true') throw new Error(`${this.file}: mixed content`);
    for (const child of complex.children) {
      if (child.local === 'attribute') attributes.push(this.attribute(child));
      else if (child.local === 'simpleContent') {
        const extension = only(child, 'extension')!;
        text = this.named(extension, attribute(extension, 'base')!);
        for (const inner of extension.children) attributes.push(this.attribute(inner));
      } else if (child.local === 'sequence') content = this.sequence(child);
      else if (child.local !== 'annotation') throw new Error(`${this.file}: xs:${child.local} is not known`);
    }
    return { attributes, ...content, ...(text === undefined ? {} : { text }) };
  }

  /** A plain sequence of elements, or of elements of any namespace: choices and groups have no table yet. */
  private sequence(node: XmlElement): Pick<ElementFacts, 'children' | 'any'> {
    if (attribute(node, 'minOccurs') !== null || attribute(node, 'maxOccurs') !== null)
      throw new Error(`${this.file}: a sequence that repeats`);
    const children: ChildFacts[] = [];
    let any: Cardinality | undefined;
    for (const child of node.children) {
      if (child.local === 'element')
        children.push({ ...cardinality(child), element: this.element(this.declaration(child)) });
      else if (child.local === 'any') any = cardinality(child);
      else if (child.local !== 'annotation') throw new Error(`${this.file}: xs:${child.local} in a sequence`);
    }
    if (any !== undefined && children.length > 0) throw new Error(`${this.file}: xs:any beside elements`);
    return { children, ...(any === undefined ? {} : { any }) };
  }

  private declaration(node: XmlElement): XmlElement {
    const ref = attribute(node, 'ref');
    if (ref === null) return node;
    const { schema, local } = this.resolve(node, ref);
    if (schema !== this) throw new Error(`${this.file}: ${ref} belongs to another schema`);
    return this.root.children.find((child) => child.local === 'element' && attribute(child, 'name') === local)!;
  }

  private attribute(node: XmlElement): AttributeFacts {
    const simple = only(node, 'simpleType');
    const type = attribute(node, 'type');
    const fixed = attribute(node, 'fixed');
    return {
      name: attribute(node, 'name')!,
      required: attribute(node, 'use') === 'required',
      ...(fixed === null ? {} : { fixed }),
      // An attribute without a type takes any text (xs:anySimpleType).
      type: simple !== null ? this.simple(simple) : type !== null ? this.named(node, type) : builtIn('string'),
    };
  }

  private named(node: XmlElement, name: string): SimpleType {
    const { schema, local, namespace } = this.resolve(node, name);
    if (namespace === XS) return builtIn(local);
    const definition = schema?.root.children.find(
      (child) => child.local === 'simpleType' && attribute(child, 'name') === local,
    );
    // catCFDI.xsd is too large to be published with the others; its types are catalogues whatever they hold.
    if (namespace === CATALOGUES) return { base: 'string', whiteSpace: 'collapse', catalogue: local };
    if (definition === undefined) throw new Error(`${this.file}: ${name} is not declared`);
    const type = schema!.simple(definition);
    declaredNames.set(type, local);
    if (!namespace.startsWith(CATALOGUES) || (type.values?.length ?? 0) <= MAX_ENUMERATION) return type;
    return { base: 'string', whiteSpace: 'collapse', catalogue: local };
  }

  private simple(node: XmlElement): SimpleType {
    const restriction = only(node, 'restriction');
    if (restriction === null) throw new Error(`${this.file}: a simple type that is no restriction`);
    const type: Mutable<SimpleType> = { ...this.named(restriction, attribute(restriction, 'base')!) };
    const patterns: string[] = [];
    const values: string[] = [];
    for (const facet of restriction.children) {
      const value = attribute(facet, 'value') ?? '';
      if (facet.local === 'pattern') patterns.push(convertPattern(value));
      else if (facet.local === 'enumeration') values.push(value);
      else setFacet(type, facet.local, value);
    }
    // Patterns of one step are alternatives, those of the steps above hold as well.
    if (patterns.length > 0) type.patterns = [...(type.patterns ?? []), new RegExp(patterns.join('|'), 'u')];
    if (values.length > 0) type.values = values;
    return type;
  }

  /** Finds the schema that a prefixed name points into. */
  private resolve(node: XmlElement, name: string): { schema: Schema | undefined; namespace: string; local: string } {
    const [prefix, local] = name.includes(':') ? (name.split(':') as [string, string]) : ['', name];
    const namespace = this.prefixes.get(prefix);
    if (namespace === undefined) throw new Error(`${this.file}: ${node.name} uses the unknown prefix ${prefix}`);
    return { schema: namespace === this.namespace ? this : this.imports.get(namespace), namespace, local };
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function setFacet(type: Mutable<SimpleType>, name: string, value: string): void {
  if (name === 'annotation') return;
  if (name === 'whiteSpace') type.whiteSpace = value as SimpleType['whiteSpace'];
  else if (name === 'length') Object.assign(type, { minLength: Number(value), maxLength: Number(value) });
  else if (name === 'minLength' || name === 'maxLength' || name === 'fractionDigits') type[name] = Number(value);
  else if (name === 'minInclusive') type.min = value;
  else if (name === 'maxInclusive') type.max = value;
  else throw new Error(`the facet ${name} is not known`);
}

const baseTypes: readonly BaseType[] = [
  'string',
  'decimal',
  'integer',
  'short',
  'int',
  'date',
  'dateTime',
  'base64Binary',
];

/** A type of XML Schema itself; all but strings collapse white space. */
function builtIn(name: string): SimpleType {
  const base = baseTypes.find((known) => known === name);
  if (base === undefined) throw new Error(`xs:${name} is not known`);
  return { base, whiteSpace: base === 'string' ? 'preserve' : 'collapse' };
}

/** The namespaces that the root of a schema or stylesheet binds; SAT binds all of them there. */
export function prefixesOf({ text, root }: XmlDocument): ReadonlyMap<string, string> {
  const bindings = text.slice(0, root.startTagEnd).matchAll(/\sxmlns(?::([\w.-]+))?\s*=\s*"([^"]*)"/g);
  return new Map([...bindings].map(([, prefix, namespace]) => [prefix ?? '', namespace!]));
}

function cardinality(node: XmlElement): Cardinality {
  const max = attribute(node, 'maxOccurs') ?? '1';
  return { min: Number(attribute(node, 'minOccurs') ?? 1), max: max === 'unbounded' ? Infinity : Number(max) };
}

/** The value of an attribute without prefix. */
export function attribute(node: XmlElement, name: string): string | null {
  return node.attributes.find((candidate) => candidate.name === name)?.value ?? null;
}

/** The child of that name, when there is one. */
function only(node: XmlElement, local: string): XmlElement | null {
  return node.children.find((child) => child.local === local) ?? null;
}
