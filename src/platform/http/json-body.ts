import { problem } from '../../problems.js';
import { type Fault, fault, InvalidRequest, pointerStep } from './faults.js';

/** Deeper than any request of ours, and shallow enough for every recursion over it. */
const maxDepth = 32;

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a JSON body strictly: UTF-8, no name twice in an object (parsers disagree on which one counts, so what was
 * checked might not be what is used), bounded depth, no U+0000 and no half surrogate pair (the database keeps neither).
 * An empty body is no body.
 *
 * @throws Problem `malformed_body`, InvalidRequest
 */
export function readJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const text = decoded(bytes);
  const value = parsed(text);
  checkStructure(text);
  // Only an escape can write either: JSON has no raw control characters, and UTF-8 no surrogates.
  if (text.includes('\\u')) checkCharacters(value);
  return value;
}

function decoded(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw malformed({ en: 'it is not UTF-8', es: 'no está en UTF-8' }, cause);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed({ en: 'its syntax is wrong', es: 'su sintaxis es incorrecta' }, cause);
  }
}

function malformed(reason: { en: string; es: string }, cause?: unknown) {
  return problem('malformed_body', { params: { format: 'JSON', reason }, cause });
}

/**
 * Walks over text that is known to be JSON. On the way it keeps, for each open object, the names seen so far; for each
 * open list, null.
 */
function checkStructure(text: string): void {
  const open: Array<Set<string> | null> = [];
  let expectsName = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x22 /* " */) {
      const end = endOfString(text, at);
      if (expectsName) seen(open.at(-1) as Set<string>, text.slice(at, end + 1));
      expectsName = false;
      at = end;
    } else if (character === 0x7b /* { */ || character === 0x5b /* [ */) {
      open.push(character === 0x7b ? new Set() : null);
      if (open.length > maxDepth)
        throw malformed({ en: `it is nested more than ${maxDepth} deep`, es: `tiene más de ${maxDepth} niveles` });
      expectsName = character === 0x7b;
    } else if (character === 0x7d /* } */ || character === 0x5d /* ] */) {
      open.pop();
      expectsName = false;
    } else if (character === 0x2c /* , */) {
      expectsName = open.at(-1) instanceof Set;
    }
  }
}

/** Where the string that opens at `start` closes: at the first quote that no backslash escapes. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

function seen(names: Set<string>, literal: string): void {
  const name = literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  if (names.has(name)) {
    const shown = literal.slice(0, 100);
    throw malformed({ en: `${shown} stands twice in one object`, es: `${shown} aparece dos veces en un objeto` });
  }
  names.add(name);
}

function checkCharacters(value: unknown): void {
  const faults: Fault[] = [];
  visit(value, '/body', faults);
  if (faults.length > 0) throw new InvalidRequest('body', faults);
}

function visit(value: unknown, pointer: string, faults: Fault[]): void {
  if (faults.length === 50) return;
  if (typeof value === 'string') {
    if (isUnstorable(value)) faults.push(fault(pointer, 'character'));
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(value)) {
      if (isUnstorable(name)) faults.push(fault(pointer, 'character'));
      else visit(field, pointer + pointerStep(name), faults);
    }
  }
}

function isUnstorable(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}
