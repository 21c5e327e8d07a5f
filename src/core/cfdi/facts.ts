/**
 * The shape of the tables in `facts/`, which scripts/compile-facts.ts makes out of SAT's own XSD and XSLT. One table of an
 * element holds both its structure and its part of the original string, so that the two cannot drift apart.
 */

/** What SAT publishes about one namespace. */
export interface SchemaFacts {
  readonly namespace: string;
  /** The prefix that SAT writes; documents may bind another one. */
  readonly prefix: string;
  /** Where SAT publishes the schema: the second half of `xsi:schemaLocation`. */
  readonly schemaLocation: string;
  /** The elements that may stand at the top. */
  readonly roots: readonly ElementFacts[];
}

/** One element at one place of the schema. */
export interface ElementFacts {
  readonly name: string;
  readonly attributes: readonly AttributeFacts[];
  /** Child elements in their order. */
  readonly children: readonly ChildFacts[];
  /** How many elements of other namespaces it holds; absent: none. */
  readonly any?: Cardinality;
  /** Type of the character data; absent: white space between children at most, and none where there are no children. */
  readonly text?: SimpleType;
  /**
   * What the element gives to the original string, in order: `!Name` an attribute that always gives a value (empty when it
   * is missing), `?Name` one that gives a value when it is present, `!.` and `?.` the character data, `A/B` the parts of
   * these descendants in document order, `*` all children in document order.
   */
  readonly originalString: readonly string[];
}

/** One attribute. */
export interface AttributeFacts {
  readonly name: string;
  readonly required: boolean;
  readonly fixed?: string;
  readonly type: SimpleType;
}

/** How often an element may stand; `max` is Infinity for unbounded. */
export interface Cardinality {
  readonly min: number;
  readonly max: number;
}

/** A child of an element. */
export interface ChildFacts extends Cardinality {
  readonly element: ElementFacts;
}

/** A simple type with the facets that SAT uses; every list of patterns must be met in full. */
export interface SimpleType {
  readonly base: BaseType;
  readonly whiteSpace: 'preserve' | 'replace' | 'collapse';
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly patterns?: readonly RegExp[];
  readonly values?: readonly string[];
  readonly fractionDigits?: number;
  /** Inclusive bounds, as SAT writes them. */
  readonly min?: string;
  readonly max?: string;
  /** The catalogue whose keys are the values, when the list itself is kept elsewhere. */
  readonly catalogue?: string;
}

/** The built-in types of XML Schema that SAT builds on. */
export type BaseType = 'string' | 'decimal' | 'integer' | 'short' | 'int' | 'date' | 'dateTime' | 'base64Binary';
