import type { Violation } from '../../problems.js';
import { factsByNamespace } from './declarations.js';
import type { XmlElement } from './xml.js';

/** The longest piece of a document that a violation quotes. */
const MAX_QUOTE = 200;

/** A violation's fields that have a usual value. */
interface Finding {
  code: string;
  path: string;
  en: string;
  es: string;
  expected?: string | null;
  actual?: string | null;
  legacyCode?: string;
}

/** A violation of one of SAT's rules. */
export function violation({ code, path, en, es, expected = null, actual = null, legacyCode }: Finding): Violation {
  return {
    code,
    legacy_code: legacyCode ?? null,
    path,
    expected,
    actual: actual === null ? null : quote(actual),
    message: { en, es },
  };
}

/**
 * XPath of an element, or of one of its attributes, as SAT writes the names (`cfdi:`), whatever prefixes the document
 * binds. A position is given wherever the parent has several children of that name, so that the path points at one node.
 */
export function pathOf(element: XmlElement, attribute?: string): string {
  let path = attribute === undefined ? '' : `/@${attribute}`;
  for (let at: XmlElement | null = element; at !== null; at = at.parent) path = `/${step(at)}${path}`;
  return path;
}

function step(element: XmlElement): string {
  const prefix = factsByNamespace.get(element.uri)?.prefix;
  const name = prefix === undefined ? element.name : `${prefix}:${element.local}`;
  const position = positionOf(element);
  return position === null ? name : `${name}[${position}]`;
}

/**
 * Place among the brothers of its name, from 1; null for the only one. Looks no further than it must: a document may have
 * a hundred faults among hundreds of thousands of brothers.
 */
function positionOf(element: XmlElement): number | null {
  let position = 0;
  let found = false;
  for (const brother of element.parent?.children ?? []) {
    if (brother.local !== element.local || brother.uri !== element.uri) continue;
    if (found) return 1;
    position += 1;
    found = brother === element;
    if (found && position > 1) return position;
  }
  return null;
}

/** A piece of the document as a violation quotes it: cut where it is long. */
export function quote(value: string): string {
  return value.length <= MAX_QUOTE ? value : `${value.slice(0, MAX_QUOTE)}…`;
}
