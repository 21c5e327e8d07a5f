import t, { type Test } from 'tap';
import type { SimpleType } from '../../../src/core/cfdi/facts.js';
import { compileType, normalizeSpace } from '../../../src/core/cfdi/values.js';

const accepts = (type: Partial<SimpleType>, value: string) =>
  compileType({ base: 'string', whiteSpace: 'collapse', ...type })(value) === null;

/** Checks values that must pass and values that must not. */
function check(t: Test, type: Partial<SimpleType>, good: readonly string[], bad: readonly string[]): void {
  for (const value of good) t.ok(accepts(type, value), `good: ${value.slice(0, 40)}`);
  for (const value of bad) t.notOk(accepts(type, value), `bad: ${value.slice(0, 40)}`);
}

t.test('decimals are compared exactly', async (t) => {
  const type = { base: 'decimal', fractionDigits: 6, min: '0.000001', max: '100.000' } as const;
  const good = ['0.000001', '1', '+1', '01.50', '1.', '.5', '100', '100.0000000', '99.999999', '1.0000000'];
  check(t, type, good, [
    '0',
    '0.0000001',
    '100.000001',
    '-1',
    '-0',
    '1,5',
    '1e2',
    '',
    '.',
    '1.2.3',
    ' 1',
    '9'.repeat(40),
  ]);
  check(t, { base: 'decimal', min: '-1.5', max: '-0.5' }, ['-1', '-1.5', '-0.5'], ['-1.51', '-0.49', '0', '1']);
  check(t, { base: 'decimal', min: '0.000000' }, ['0', '-0', '0.0', '123456789012345678901234567890.1'], ['-0.1']);
});

t.test('integers', async (t) => {
  check(t, { base: 'short', min: '2019' }, ['2019', '+2024', '32767'], ['2018', '32768', '2019.0', '', 'x']);
  check(t, { base: 'integer' }, ['0', '-5', '12345678901234567890'], ['1.0', '1'.repeat(51)]);
  check(t, { base: 'int' }, ['2147483647', '-2147483648'], ['2147483648']);
});

t.test('dates exist', async (t) => {
  check(
    t,
    { base: 'date' },
    ['2024-02-29', '2023-12-31'],
    ['2023-02-29', '1900-02-29', '2023-04-31', '2023-13-01', '2023-00-10', '2023-01-00', '0000-01-01', '2023-1-1', ''],
  );
  check(
    t,
    { base: 'dateTime' },
    ['2024-02-29T23:59:59', '2024-01-01T00:00:00'],
    [
      '2023-02-29T00:00:00',
      '2024-01-01T24:00:00',
      '2024-01-01T00:60:00',
      '2024-01-01',
      '2024-01-01T00:00:00Z',
      '2024-01-01 00:00:00',
    ],
  );
});

t.test('lengths count characters, not UTF-16 units', async (t) => {
  check(t, { minLength: 2, maxLength: 3 }, ['ab', '𝄞𝄞', '𝄞𝄞𝄞'], ['a', '𝄞', 'abcd', '𝄞𝄞𝄞𝄞']);
});

t.test('base64', async (t) => {
  check(
    t,
    { base: 'base64Binary' },
    ['', 'TQ==', 'TWE=', 'TWFu', 'TWFu TWE='],
    ['T', 'TQ=', 'TR==', 'TWF=', 'TW-u', '===='],
  );
});

t.test('values and catalogue keys', async (t) => {
  check(t, { values: ['Sí', 'No'] }, ['Sí', 'No'], ['sí', '']);
  check(t, { catalogue: 'c_Moneda' }, ['MXN', '01', 'H87'], ['', 'M|N', 'M N', 'x'.repeat(21)]);
});

t.test('white space is that of XML, no more', async (t) => {
  t.equal(normalizeSpace(' \t\r\na \n b\tc  '), 'a b c');
  t.equal(normalizeSpace('\u00A0a\u00A0\u2003b\u00A0'), '\u00A0a\u00A0\u2003b\u00A0', 'a no-break space stays');
  t.equal(normalizeSpace('a b'), 'a b');
  t.equal(normalizeSpace('  '), '');
});
