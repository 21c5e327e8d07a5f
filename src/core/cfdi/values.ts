import type { BaseType, SimpleType } from './facts.js';

/** Checks of simple values by the facets of XML Schema (part 2, https://www.w3.org/TR/xmlschema-2/). */

/** Checks a value whose white space is already treated: null when it is good, else what was expected. */
export type CheckValue = (value: string) => string | null;

/** Treats white space. */
export type Normalize = (value: string) => string;

/** The treatment of white space that a type asks for. */
export function normalizer(whiteSpace: SimpleType['whiteSpace']): Normalize {
  if (whiteSpace === 'collapse') return normalizeSpace;
  if (whiteSpace === 'replace') return (value) => value.replace(/[\t\n\r]/g, ' ');
  return (value) => value;
}

/** Most values have no white space, and most others single spaces between words: looked at before anything is copied. */
const whiteSpace = /[ \t\n\r]/;
const needsTreatment = /^[ \t\n\r]|[ \t\n\r]$|[ \t\n\r][ \t\n\r]|[\t\n\r]/;

/** XPath's normalize-space: XML's four white space characters alone, so that a no-break space stays. */
export function normalizeSpace(value: string): string {
  if (!whiteSpace.test(value) || !needsTreatment.test(value)) return value;
  return value.replace(/[ \t\n\r]+/g, ' ').replace(/^ | $/g, '');
}

/** Compiles the facets of a type into one check. */
export function compileType(type: SimpleType): CheckValue {
  const checks = [...baseChecks[type.base], ...facetChecks(type)];
  if (checks.length === 1) return checks[0]!;
  return (value) => {
    for (const check of checks) {
      const expected = check(value);
      if (expected !== null) return expected;
    }
    return null;
  };
}

/** A check that expects one thing. */
const expecting =
  (expected: string, holds: (value: string) => boolean): CheckValue =>
  (value) =>
    holds(value) ? null : expected;

const matching = (expected: string, pattern: RegExp): CheckValue => expecting(expected, (value) => pattern.test(value));

/** Keys of SAT's catalogues are letters and digits, all of them; which of them exist is checked against the catalogue. */
const catalogueKey = /^[0-9A-Za-z]{1,20}$/;

const integer = matching('an integer', /^[+-]?[0-9]{1,50}$/);
const within = (min: number, max: number) =>
  expecting(`an integer from ${min} to ${max}`, (value) => Number(value) >= min && Number(value) <= max);

/** Lexical spaces of the built-in types. */
const baseChecks: Readonly<Record<BaseType, readonly CheckValue[]>> = {
  string: [],
  decimal: [matching('a decimal number', /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/)],
  integer: [integer],
  int: [integer, within(-2147483648, 2147483647)],
  short: [integer, within(-32768, 32767)],
  date: [expecting('a date that exists, YYYY-MM-DD', isDate)],
  dateTime: [expecting('a date and time that exist, YYYY-MM-DDThh:mm:ss', isDateTime)],
  base64Binary: [expecting('base64', isBase64)],
};

/** Spaces may stand between characters; the last character holds no bits beyond the last byte. */
function isBase64(value: string): boolean {
  const compact = value.replaceAll(' ', '');
  return compact.length % 4 === 0 && /^[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$/.test(compact);
}

function isDate(value: string): boolean {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(value);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year === 0 || month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= (month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}

/** Zones and fractions of a second are left out: SAT's patterns refuse them everywhere. */
function isDateTime(value: string): boolean {
  return isDate(value.slice(0, 10)) && /^T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$/.test(value.slice(10));
}

function facetChecks(type: SimpleType): CheckValue[] {
  const { minLength = 0, maxLength = Infinity, patterns = [], values, fractionDigits, min, max, catalogue } = type;
  const checks: CheckValue[] = [];
  if (catalogue !== undefined) checks.push(matching(`a key of the catalogue ${catalogue}`, catalogueKey));
  if (minLength > 0 || maxLength < Infinity)
    checks.push(expecting(lengthText(minLength, maxLength), hasLength(minLength, maxLength)));
  for (const pattern of patterns) checks.push(matching(`the pattern ${pattern.source}`, pattern));
  if (values !== undefined) {
    const set = new Set(values);
    checks.push(expecting(`one of ${values.join(', ')}`, (value) => set.has(value)));
  }
  if (fractionDigits !== undefined)
    checks.push(expecting(`at most ${fractionDigits} decimals`, (value) => decimalsOf(value) <= fractionDigits));
  if (min !== undefined) {
    const bound = parts(min);
    checks.push(expecting(`${min} or more`, (value) => compare(parts(value), bound) >= 0));
  }
  if (max !== undefined) {
    const bound = parts(max);
    checks.push(expecting(`${max} or less`, (value) => compare(parts(value), bound) <= 0));
  }
  return checks;
}

/** Lengths count characters, and a character outside of the basic plane is two UTF-16 units: those alone are counted. */
function hasLength(min: number, max: number): (value: string) => boolean {
  return (value) => {
    const length = value.length - (value.match(/[\uD800-\uDBFF]/g)?.length ?? 0);
    return length >= min && length <= max;
  };
}

function lengthText(min: number, max: number): string {
  if (min === max) return `${min} characters`;
  return max === Infinity ? `${min} characters or more` : `${min} to ${max} characters`;
}

/** Decimals of a number, zeros at the end not counted: they are no part of the value. */
function decimalsOf(value: string): number {
  const point = value.indexOf('.');
  return point < 0 ? 0 : trimZeros(value.slice(point + 1)).length;
}

/** Exact comparison of two decimal numbers: negative, zero or positive. */
function compare(a: Parts, b: Parts): number {
  return a.sign === b.sign ? a.sign * compareMagnitudes(a, b) : a.sign - b.sign;
}

function compareMagnitudes(a: Parts, b: Parts): number {
  if (a.whole.length !== b.whole.length) return a.whole.length - b.whole.length;
  if (a.whole !== b.whole) return a.whole < b.whole ? -1 : 1;
  return a.fraction === b.fraction ? 0 : a.fraction < b.fraction ? -1 : 1;
}

interface Parts {
  sign: -1 | 0 | 1;
  whole: string;
  fraction: string;
}

/** Splits a decimal number into sign and digits, zeros that say nothing left out. */
function parts(value: string): Parts {
  const start = value[0] === '-' || value[0] === '+' ? 1 : 0;
  const point = value.indexOf('.');
  const whole = value.slice(start, point < 0 ? undefined : point).replace(/^0+/, '');
  const fraction = point < 0 ? '' : trimZeros(value.slice(point + 1));
  const sign = whole === '' && fraction === '' ? 0 : value[0] === '-' ? -1 : 1;
  return { sign, whole, fraction };
}

/** Without the zeros at the end; a pattern such as /0+$/ would take quadratic time on `000…1`. */
function trimZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}
