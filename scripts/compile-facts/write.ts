import type { AttributeFacts, ElementFacts, SchemaFacts, SimpleType } from '../../src/core/cfdi/facts.js';
import { declaredNames } from './xsd.js';

/** Writes the tables as TypeScript: one line an attribute, so that a change of SAT's shows as the line it is. */

/** The module that holds a schema's facts. */
export function writeModule(name: string, facts: SchemaFacts, sources: readonly string[]): string {
  const types = new TypeNames();
  const roots = facts.roots.map((root) => writeElement(root, types)).join(', ');
  return [
    `// Made by scripts/compile-facts.ts out of ${sources.join(' and ')}. Do not edit: run it again.`,
    `import type { SchemaFacts, SimpleType } from '../facts.js';`,
    '',
    ...types.lines(),
    '',
    `/** ${facts.namespace} */`,
    `export const ${name}: SchemaFacts = {`,
    `  namespace: ${quote(facts.namespace)},`,
    `  prefix: ${quote(facts.prefix)},`,
    `  schemaLocation: ${quote(facts.schemaLocation)},`,
    `  roots: [${roots}],`,
    '};',
    '',
  ].join('\n');
}

/** Gives each distinct simple type a name, in order of appearance. */
class TypeNames {
  private readonly names = new Map<string, string>();

  name(type: SimpleType): string {
    const source = writeType(type);
    const name = this.names.get(source) ?? this.fresh(type);
    this.names.set(source, name);
    return name;
  }

  lines(): string[] {
    return [...this.names].map(([source, name]) => `const ${name}: SimpleType = ${source};`);
  }

  /** SAT's name for it, else its base with a number. */
  private fresh(type: SimpleType): string {
    const taken = new Set(this.names.values());
    const declared = type.catalogue ?? declaredNames.get(type);
    if (declared !== undefined && !taken.has(declared)) return declared;
    const stem = type.values === undefined ? type.base : 'oneOf';
    let n = 1;
    while (taken.has(`${stem}${n}`)) n += 1;
    return `${stem}${n}`;
  }
}

function writeType(type: SimpleType): string {
  const { patterns, values, ...rest } = type;
  const facets = Object.entries(rest).map(
    ([name, value]) => `${name}: ${typeof value === 'number' ? value : quote(value)}`,
  );
  if (patterns !== undefined) facets.push(`patterns: [${patterns.join(', ')}]`);
  if (values !== undefined) facets.push(`values: [${values.map(quote).join(', ')}]`);
  return `{ ${facets.join(', ')} }`;
}

function writeElement(element: ElementFacts, types: TypeNames): string {
  const lines = [`name: ${quote(element.name)}`];
  lines.push(`attributes: [${element.attributes.map((attribute) => writeAttribute(attribute, types)).join(', ')}]`);
  if (element.text !== undefined) lines.push(`text: ${types.name(element.text)}`);
  lines.push(`originalString: [${element.originalString.map(quote).join(', ')}]`);
  if (element.any !== undefined) lines.push(`any: { min: ${element.any.min}, max: ${element.any.max} }`);
  const children = element.children.map(
    ({ min, max, element: child }) => `{ min: ${min}, max: ${max}, element: ${writeElement(child, types)} }`,
  );
  lines.push(`children: [${children.join(', ')}]`);
  return `{ ${lines.join(', ')} }`;
}

function writeAttribute({ name, required, fixed, type }: AttributeFacts, types: TypeNames): string {
  const fixedPart = fixed === undefined ? '' : `fixed: ${quote(fixed)}, `;
  return `{ name: ${quote(name)}, required: ${required}, ${fixedPart}type: ${types.name(type)} }`;
}

const quote = (text: string | boolean | readonly string[] | undefined) => `'${String(text).replace(/[\\']/g, '\\$&')}'`;
