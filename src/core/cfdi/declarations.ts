import { cfdi40 } from './facts/cfdi40.js';
import { nomina12 } from './facts/nomina12.js';
import { pagos20 } from './facts/pagos20.js';
import { tfd11 } from './facts/tfd11.js';
import type { Cardinality, ElementFacts, SchemaFacts } from './facts.js';
import { type CheckValue, compileType, type Normalize, normalizer } from './values.js';

/** The tables of facts, made ready for the two walks that use them: the structure check and the original string. */

/** An element of the tables with everything that a walk asks for under its hand. */
export interface Declaration {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly AttributeDeclaration[];
  /** Attribute name to its place in `attributes`, which is also its place in the values of a bound element. */
  readonly slots: ReadonlyMap<string, number>;
  readonly children: ReadonlyMap<string, ChildDeclaration>;
  readonly any: Cardinality | null;
  readonly text: { readonly normalize: Normalize; readonly check: CheckValue } | null;
  readonly originalString: readonly Step[];
}

/** One attribute, its type compiled. */
export interface AttributeDeclaration {
  readonly name: string;
  readonly required: boolean;
  readonly fixed: string | null;
  readonly normalize: Normalize;
  readonly check: CheckValue;
}

/** A child: its place in the sequence and how often it may stand. */
export interface ChildDeclaration extends Cardinality {
  readonly order: number;
  readonly declaration: Declaration;
}

/** One contribution to the original string; the notation is that of `ElementFacts.originalString`. */
export type Step =
  | { readonly kind: 'attribute'; readonly slot: number; readonly always: boolean }
  | { readonly kind: 'text'; readonly always: boolean }
  | { readonly kind: 'descendants'; readonly path: readonly Declaration[] }
  | { readonly kind: 'children' };

/** Complements with facts; any other is refused. */
const complementTables: readonly SchemaFacts[] = [pagos20, nomina12];

/** All tables by namespace. */
export const factsByNamespace: ReadonlyMap<string, SchemaFacts> = new Map(
  [cfdi40, tfd11, ...complementTables].map((facts) => [facts.namespace, facts]),
);

/** The namespace of CFDI 4.0. */
export const CFDI = cfdi40.namespace;
/** The namespace of the TFD. */
export const TFD = tfd11.namespace;

/** `cfdi:Comprobante`. */
export const comprobante = declare(cfdi40.roots[0]!, CFDI);
/** `tfd:TimbreFiscalDigital`. */
export const timbreFiscalDigital = declare(tfd11.roots[0]!, TFD);

/** The elements that may stand in a Complemento or ComplementoConcepto, by `complementKey`. */
export const complements: ReadonlyMap<string, Declaration> = new Map(
  complementTables.flatMap(({ namespace, roots }) =>
    roots.map((root): [string, Declaration] => [complementKey(namespace, root.name), declare(root, namespace)]),
  ),
);

/** Key of an element by namespace and name. */
export function complementKey(namespace: string, name: string): string {
  return `{${namespace}}${name}`;
}

function declare(facts: ElementFacts, namespace: string): Declaration {
  const children = new Map(
    facts.children.map(({ min, max, element }, order): [string, ChildDeclaration] => [
      element.name,
      { min, max, order, declaration: declare(element, namespace) },
    ]),
  );
  const slots = new Map(facts.attributes.map(({ name }, slot) => [name, slot]));
  return {
    name: facts.name,
    namespace,
    attributes: facts.attributes.map(({ name, required, fixed, type }) => ({
      name,
      required,
      fixed: fixed ?? null,
      normalize: normalizer(type.whiteSpace),
      check: compileType(type),
    })),
    slots,
    children,
    any: facts.any ?? null,
    text:
      facts.text === undefined
        ? null
        : { normalize: normalizer(facts.text.whiteSpace), check: compileType(facts.text) },
    originalString: facts.originalString.map((step) => compileStep(step, slots, children)),
  };
}

function compileStep(
  step: string,
  slots: ReadonlyMap<string, number>,
  children: ReadonlyMap<string, ChildDeclaration>,
): Step {
  if (step === '*') return { kind: 'children' };
  if (step === '!.' || step === '?.') return { kind: 'text', always: step === '!.' };
  if (step.startsWith('!') || step.startsWith('?'))
    return { kind: 'attribute', slot: slots.get(step.slice(1))!, always: step.startsWith('!') };
  const path: Declaration[] = [];
  let level = children;
  for (const name of step.split('/')) {
    const { declaration } = level.get(name)!;
    path.push(declaration);
    level = declaration.children;
  }
  return { kind: 'descendants', path };
}
