import type { Violation } from '../../problems.js';
import {
  CFDI,
  type ChildDeclaration,
  complementKey,
  complements,
  type Declaration,
  TFD,
  timbreFiscalDigital,
} from './declarations.js';
import { pathOf, quote, violation } from './violations.js';
import { type XmlElement, XSI } from './xml.js';

/** Faults of structure that are reported at once; a document with more is told so. */
export const MAX_VIOLATIONS = 100;

/** An element of the document with what the tables say about it. */
export interface BoundElement {
  readonly element: XmlElement;
  readonly declaration: Declaration;
  /** Values by the place of the attribute in the declaration; undefined where it is absent. */
  readonly values: readonly (string | undefined)[];
  readonly children: readonly BoundElement[];
}

/** Stands for an element of any namespace in what is missing. */
const ANY = '*';

/** Violations with a code of their own, by the attribute of the Comprobante that breaks the schema. */
const ownCodes: ReadonlyMap<string, string> = new Map([['Fecha', 'CFDI40101']]);

/**
 * Checks an element and everything below it against the tables and binds it to them. All faults are gathered, up to
 * `MAX_VIOLATIONS`. Namespaces decide, as in SAT's schemas; prefixes are free.
 * @returns the bound tree; it is whole only where no violation was found
 */
export function bind(root: XmlElement, declaration: Declaration): { bound: BoundElement; violations: Violation[] } {
  const binder = new Binder();
  const bound = binder.bind(root, declaration);
  if (binder.overflow)
    binder.violations.push(
      violation({
        code: '301',
        path: pathOf(root),
        en: `The document has more faults: these are the first ${MAX_VIOLATIONS}.`,
        es: `El comprobante tiene más errores: estos son los primeros ${MAX_VIOLATIONS}.`,
      }),
    );
  return { bound, violations: binder.violations };
}

class Binder {
  readonly violations: Violation[] = [];
  overflow = false;

  bind(element: XmlElement, declaration: Declaration): BoundElement {
    if (isAddenda(element)) return { element, declaration, values: [], children: [] };
    const values = this.attributes(element, declaration);
    this.text(element, declaration);
    const children =
      declaration.any === null ? this.children(element, declaration) : this.complements(element, declaration);
    return { element, declaration, values, children };
  }

  private attributes(element: XmlElement, declaration: Declaration): (string | undefined)[] {
    const values = new Array<string | undefined>(declaration.attributes.length);
    for (const attribute of element.attributes) {
      if (attribute.uri === XSI && isSchemaHint(attribute.local)) continue;
      const slot = attribute.uri === '' ? declaration.slots.get(attribute.local) : undefined;
      if (slot === undefined) {
        this.report({
          element,
          attribute: attribute.name,
          actual: attribute.value,
          en: `The attribute ${attribute.name} is not part of ${element.name}.`,
          es: `El atributo ${attribute.name} no pertenece a ${element.name}.`,
        });
      } else values[slot] = this.value(element, declaration, slot, attribute.value);
    }
    declaration.attributes.forEach(({ name, required }, slot) => {
      if (!required || values[slot] !== undefined) return;
      this.report({
        element,
        attribute: name,
        expected: name,
        en: `The attribute ${name} of ${element.name} is missing.`,
        es: `Falta el atributo ${name} de ${element.name}.`,
      });
    });
    return values;
  }

  private value(element: XmlElement, declaration: Declaration, slot: number, raw: string): string {
    const { name, fixed, normalize, check } = declaration.attributes[slot]!;
    const value = normalize(raw);
    const expected = fixed !== null && value !== fixed ? fixed : check(value);
    if (expected !== null) {
      const code = (element.parent === null && ownCodes.get(name)) || '301';
      this.report({
        code,
        element,
        attribute: name,
        expected,
        actual: value,
        en: `The value of ${name} in ${element.name} does not have the required form.`,
        es: `El valor de ${name} en ${element.name} no tiene la forma requerida.`,
      });
    }
    return value;
  }

  private text(element: XmlElement, { text, children, any }: Declaration): void {
    if (text !== null) {
      const value = text.normalize(element.text);
      const expected = text.check(value);
      if (expected === null) return;
      this.report({
        element,
        expected,
        actual: value,
        en: `The content of ${element.name} does not have the required form.`,
        es: `El contenido de ${element.name} no tiene la forma requerida.`,
      });
      return;
    }
    // Where children may stand, white space may too; an element that is empty in the schema holds nothing at all.
    if (element.text === '' || ((children.size > 0 || any !== null) && /^[ \t\n\r]*$/.test(element.text))) return;
    this.report({
      element,
      expected: '',
      actual: element.text,
      en: `${element.name} must not contain text${children.size > 0 || any !== null ? '' : ', not even white space'}.`,
      es: `${element.name} no debe contener texto${children.size > 0 || any !== null ? '' : ', ni siquiera espacios'}.`,
    });
  }

  private children(element: XmlElement, declaration: Declaration): BoundElement[] {
    const bound: BoundElement[] = [];
    const counts = new Array<number>(declaration.children.size).fill(0);
    let last: ChildDeclaration | null = null;
    for (const child of element.children) {
      const known = child.uri === declaration.namespace ? declaration.children.get(child.local) : undefined;
      if (known === undefined) {
        this.unexpected(element, child, declaration);
        continue;
      }
      counts[known.order]! += 1;
      if (counts[known.order]! > known.max) this.surplus(child, known.max);
      if (last !== null && known.order < last.order) this.misplaced(child, last);
      else last = known;
      bound.push(this.bind(child, known.declaration));
    }
    for (const { order, min, declaration: missing } of declaration.children.values())
      if (counts[order]! < min) this.missing(element, missing.name);
    return bound;
  }

  /** Children of Complemento and ComplementoConcepto: each by its own namespace's table. */
  private complements(element: XmlElement, { any }: Declaration): BoundElement[] {
    const bound: BoundElement[] = [];
    for (const child of element.children) {
      const declaration = complementOf(child);
      if (declaration === undefined) this.unknownComplement(child);
      else bound.push(this.bind(child, declaration));
    }
    if (element.children.length < any!.min) this.missing(element, ANY);
    return bound;
  }

  private unexpected(parent: XmlElement, child: XmlElement, { children }: Declaration): void {
    this.report({
      element: child,
      expected: [...children.keys()].join(', '),
      actual: `{${child.uri}}${child.local}`,
      en: `The element ${child.name} is not allowed in ${parent.name}.`,
      es: `El elemento ${child.name} no se permite en ${parent.name}.`,
    });
  }

  private surplus(child: XmlElement, max: number): void {
    this.report({
      element: child,
      expected: String(max),
      en: `${child.parent!.name} may contain ${child.name} ${max} time(s) at most.`,
      es: `${child.parent!.name} puede contener ${child.name} a lo más ${max} vez (veces).`,
    });
  }

  private misplaced(child: XmlElement, last: ChildDeclaration): void {
    this.report({
      element: child,
      expected: `${child.local} before ${last.declaration.name}`,
      en: `${child.name} must stand before ${last.declaration.name}.`,
      es: `${child.name} debe ir antes de ${last.declaration.name}.`,
    });
  }

  private missing(parent: XmlElement, name: string): void {
    this.report({
      element: parent,
      expected: name,
      en: name === ANY ? `${parent.name} must not be empty.` : `${parent.name} lacks the element ${name}.`,
      es: name === ANY ? `${parent.name} no debe estar vacío.` : `A ${parent.name} le falta el elemento ${name}.`,
    });
  }

  private unknownComplement(child: XmlElement): void {
    const namespace = quote(child.uri);
    this.report({
      element: child,
      expected: [...complements.keys()].join(', '),
      actual: `{${child.uri}}${child.local}`,
      en: `The complement ${child.name} (namespace "${namespace}") is not supported: documents with it cannot be stamped here.`,
      es: `El complemento ${child.name} (espacio de nombres "${namespace}") no está soportado: los comprobantes que lo llevan no se pueden timbrar aquí.`,
    });
  }

  /** The path is worked out here, for the faults that are listed: it looks at all brothers of an element. */
  private report({ code = '301', element, attribute, ...finding }: Fault): void {
    if (this.violations.length < MAX_VIOLATIONS)
      this.violations.push(violation({ code, path: pathOf(element, attribute), ...finding }));
    else this.overflow = true;
  }
}

/** A fault of an element, or of one of its attributes. */
interface Fault {
  code?: string;
  element: XmlElement;
  attribute?: string;
  expected?: string;
  actual?: string;
  en: string;
  es: string;
}

/** XML Schema lets these two stand on any element; `xsi:type` and `xsi:nil` would change what is checked. */
const isSchemaHint = (local: string) => local === 'schemaLocation' || local === 'noNamespaceSchemaLocation';

/** The declaration of a complement; the TFD is one in the Complemento of the Comprobante alone. */
function complementOf(element: XmlElement): Declaration | undefined {
  if (element.uri === TFD) return isTfd(element) ? timbreFiscalDigital : undefined;
  return complements.get(complementKey(element.uri, element.local));
}

/** Whether an element is a TFD where a stamp puts it: `/Comprobante/Complemento/TimbreFiscalDigital`. */
export function isTfd({ uri, local, parent }: XmlElement): boolean {
  return uri === TFD && local === timbreFiscalDigital.name && parent?.uri === CFDI && parent.local === 'Complemento';
}

/** Whether an element is the Addenda: free content, outside of structure, original string and digests. */
export function isAddenda({ uri, local, parent }: XmlElement): boolean {
  return uri === CFDI && local === 'Addenda' && parent !== null && parent.parent === null;
}
