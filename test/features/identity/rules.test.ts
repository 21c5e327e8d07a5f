import t from 'tap';
import {
  addressPrefix,
  countTry,
  giveTryBack,
  lockedUntil,
  normalizeEmail,
  passwordFaults,
  type TryCount,
} from '../../../src/features/identity/rules.js';

const start = new Date('2026-03-04T18:00:00.000Z');
const after = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
const none: TryCount = { failures: 0, windowStartedAt: start, lockedUntil: null };

/** The count after so many tries at one instant. */
const tries = (count: number, scope: 'place' | 'everywhere', at = start) =>
  Array.from({ length: count }).reduce<TryCount>((so) => countTry(so, scope, at), none);

t.test('the fifth try locks a place for fifteen minutes, the fiftieth the log-in', async (t) => {
  t.equal(lockedUntil(tries(4, 'place'), start), null);
  t.same(lockedUntil(tries(5, 'place'), start), after(15));
  t.equal(lockedUntil(tries(49, 'everywhere'), start), null);
  t.same(lockedUntil(tries(50, 'everywhere'), start), after(15));
  t.equal(lockedUntil(tries(5, 'place'), after(15)), null, 'open again to the instant');
});

t.test('a lock that is over, or an hour, begins the count anew', async (t) => {
  const again = countTry(tries(5, 'place'), 'place', after(15));
  t.same(again, { failures: 1, windowStartedAt: after(15), lockedUntil: null });
  t.equal(countTry(tries(4, 'place'), 'place', after(59)).failures, 5);
  t.equal(countTry(tries(4, 'place'), 'place', after(60)).failures, 1);
});

t.test('a try that could not be judged does not count', async (t) => {
  t.same(giveTryBack(tries(5, 'place'), 'place'), tries(4, 'place'));
  t.same(giveTryBack(none, 'place'), none);
  t.same(giveTryBack({ ...tries(5, 'place'), failures: 6 }, 'place').lockedUntil, after(15), 'a lock of others stays');
});

t.test('an address belongs to its network', async (t) => {
  const cases = {
    '203.0.113.7': '203.0.113.0/24',
    '::ffff:203.0.113.7': '203.0.113.0/24',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
    '2001:0db8:0001:0002::1': '2001:db8:1:2::/64',
    '2001:db8::1': '2001:db8:0:0::/64',
    '::1': '0:0:0:0::/64',
    'fe80::1%eth0': 'fe80:0:0:0::/64',
  };
  for (const [address, prefix] of Object.entries(cases)) t.equal(addressPrefix(address), prefix);
});

t.test('a log-in name is compared without its case', async (t) => {
  t.equal(normalizeEmail(' Ana@Example.MX '), 'ana@example.mx');
});

t.test('the password policy names everything that is missing', async (t) => {
  t.same(passwordFaults('Una-clave-1', ['ana']), []);
  t.same(passwordFaults('Ñandú¡22', []), [], 'letters and signs of every language count');
  t.same(passwordFaults('', []), ['too_short', 'no_upper_case', 'no_punctuation', 'no_digit']);
  t.same(passwordFaults('Corta-1', []), ['too_short']);
  t.same(passwordFaults('sin-mayuscula-1', []), ['no_upper_case']);
  t.same(passwordFaults('SinPuntuacion1', []), ['no_punctuation']);
  t.same(passwordFaults('Sin-numero', []), ['no_digit']);
  t.same(passwordFaults('Timbrel-2026', []), ['contains_context']);
  t.same(passwordFaults('Hola-EKU9003173C9', ['eku9003173c9']), ['contains_context']);
  t.same(passwordFaults('Una-clave-1', ['', 'una']), [], 'words of less than four letters say nothing');
  t.same(passwordFaults('👍👍👍👍👍A-1', []), [], 'eight characters, whatever they take');
});
