import t from 'tap';
import { convertPattern } from '../../../scripts/compile-facts/pattern.js';
import { cfdi40 } from '../../../src/core/cfdi/facts/cfdi40.js';
import { nomina12 } from '../../../src/core/cfdi/facts/nomina12.js';
import { pagos20 } from '../../../src/core/cfdi/facts/pagos20.js';
import { tfd11 } from '../../../src/core/cfdi/facts/tfd11.js';
import type { ElementFacts, SchemaFacts } from '../../../src/core/cfdi/facts.js';

const tables: readonly SchemaFacts[] = [cfdi40, tfd11, pagos20, nomina12];

const withDescendants = (element: ElementFacts): ElementFacts[] => [
  element,
  ...element.children.flatMap((child) => withDescendants(child.element)),
];
const elements = tables.flatMap(({ roots }) => roots.flatMap(withDescendants));

t.test('a schema’s pattern as JavaScript’s', async (t) => {
  const patterns: readonly [pattern: string, source: string, good: readonly string[], bad: readonly string[]][] = [
    ['[0-9]{20}', '^[0-9]{20}$', ['1'.repeat(20)], ['1'.repeat(19), `${'1'.repeat(20)}\n`]],
    ['[^|]{1,3}', '^[^|]{1,3}$', ['a', '𝄞𝄞𝄞'], ['', 'a|b', 'abcd']],
    ['[0-9]  [0-9] x', '^[0-9] {2}[0-9] x$', ['1  2 x'], ['1 2 x', '1   2 x']],
    ['a|bc', '^(?:bc|a)$', ['a', 'bc'], ['ac', 'abc']],
    ['([A-Z]|[0-9]|-|){5,10}', '^[A-Z0-9\\-]{0,10}$', ['', 'A-1', 'A'.repeat(10)], ['a', 'A'.repeat(11)]],
    ['([A-Z]|[a-z]| |Ñ|&|\\{|`){1,150}', '^[A-Za-z Ñ&{`]{1,150}$', ['aZ Ñ&{`'], ['', '1']],
    ['1(.2)?', '^1(?:[^\\n\\r]2)?$', ['1', '1.2', '132'], ['1.', '12']],
    ['\\d+', '^\\p{Nd}+$', ['12', '٣'], ['', 'a']],
    ['^a$', '^\\^a\\$$', ['^a$'], ['a']],
    ['[^(?!.*\\s)-]{2}', '^[^(?!.*\\s)\\-]{2}$', ['ab'], ['a ', '-a', '(a']],
    ['[/]{1}x', '^\\/{1}x$', ['/x'], ['x']],
    ['(([01][0-9])|(2[0-3]))(:[0-5][0-9]){2}', '', ['23:59:59'], ['24:00:00', '23:59']],
  ];
  for (const [pattern, source, good, bad] of patterns) {
    const converted = convertPattern(pattern);
    if (source !== '') t.equal(converted, source.replace('\\s', ' \\t\\n\\r'));
    for (const value of good) t.match(value, new RegExp(converted, 'u'), `${pattern} takes ${value}`);
    for (const value of bad) t.notMatch(value, new RegExp(converted, 'u'), `${pattern} leaves ${value}`);
  }
  for (const unknown of ['(a+)+', '[a-z-[aeiou]]', '\\p{L}', '(', 'a{', '*a'])
    t.throws(() => convertPattern(unknown), unknown);
});

t.test('every pattern is anchored and bounded in what it tries', async (t) => {
  const patterns = new Set(
    elements
      .flatMap(({ attributes, text }) => [...attributes.map(({ type }) => type), ...(text ? [text] : [])])
      .flatMap(({ patterns = [] }) => patterns.map(({ source }) => source)),
  );
  t.ok(patterns.size > 10);
  for (const source of patterns) {
    t.match(source, /^\^.*\$$/, source);
    t.notMatch(source, /[*+]\)|[^\\][*+][*+{]/, 'no repetition without end inside of another');
    // Ten thousand characters of whatever it likes: a pattern that backtracks badly would not come back.
    for (const piece of ['0', 'A', 'a', '-', 'Ñ', '01', 'A0-', ' ', '|'])
      new RegExp(source, 'u').test(piece.repeat(10_000));
  }
});

t.test(
  'every element gives each of its attributes to the original string once, but those that SAT leaves out',
  async (t) => {
    const leftOut = new Map([
      ['Comprobante', ['Sello', 'Certificado']],
      ['TimbreFiscalDigital', ['SelloSAT']],
    ]);
    for (const { name, attributes, originalString } of elements) {
      const given = originalString.filter((step) => /^[!?]/.test(step)).map((step) => step.slice(1));
      const expected = attributes.map((attribute) => attribute.name).filter((one) => !leftOut.get(name)?.includes(one));
      t.same([...given].sort(), expected.sort(), name);
    }
  },
);

t.test('what the schema requires always gives a value, what it does not require gives one when present', async (t) => {
  for (const { name, attributes, originalString } of elements)
    for (const attribute of attributes) {
      const mark = originalString.find((step) => step.slice(1) === attribute.name)?.[0];
      if (mark !== undefined) t.equal(mark, attribute.required ? '!' : '?', `${name}/@${attribute.name}`);
    }
});
