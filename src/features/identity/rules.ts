import { isIPv6 } from 'node:net';

/** Failures after which a log-in from one address prefix waits, and after which it waits from everywhere. */
const LOCK_AFTER = { place: 5, everywhere: 50 } as const;
const WINDOW_MS = 3_600_000;
const LOCK_MS = 900_000;

/** What is counted of one log-in: from one address prefix (`place`), or from all of them (`everywhere`). */
export type LockScope = keyof typeof LOCK_AFTER;

/** Tries since `windowStartedAt`; one under way counts as failed until it succeeds. */
export interface TryCount {
  readonly failures: number;
  readonly windowStartedAt: Date;
  readonly lockedUntil: Date | null;
}

/** When a log-in is open again, or null if it is open at `now`. */
export function lockedUntil(count: TryCount, now: Date): Date | null {
  return count.lockedUntil !== null && count.lockedUntil > now ? count.lockedUntil : null;
}

/**
 * The count with one more try at `now`, which nobody may make during a lock. The fifth try of an hour from one
 * address prefix, the fiftieth from everywhere, is still made and locks what follows for 15 minutes; a lock that is over
 * starts a new hour. A lock is never prolonged, so nobody keeps another person out by trying on.
 */
export function countTry(count: TryCount, scope: LockScope, now: Date): TryCount {
  const fresh = count.lockedUntil !== null || now.getTime() - count.windowStartedAt.getTime() >= WINDOW_MS;
  const failures = fresh ? 1 : count.failures + 1;
  return {
    failures,
    windowStartedAt: fresh ? now : count.windowStartedAt,
    lockedUntil: failures >= LOCK_AFTER[scope] ? new Date(now.getTime() + LOCK_MS) : null,
  };
}

/** The count without a try that could not be judged, because the server was too busy to look at it. */
export function giveTryBack(count: TryCount, scope: LockScope): TryCount {
  const failures = Math.max(0, count.failures - 1);
  return { ...count, failures, lockedUntil: failures < LOCK_AFTER[scope] ? null : count.lockedUntil };
}

/** The network that an address belongs to, as far as one household or office has it: /24 of IPv4, /64 of IPv6. */
export function addressPrefix(address: string): string {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address);
  const plain = mapped?.[1] ?? address;
  if (!isIPv6(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  const [head = '', tail = ''] = (plain.split('%')[0] ?? '').split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

/** A log-in name as it is stored and compared: without surrounding space, lower case. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** What a password lacks. */
export type PasswordFault = 'too_short' | 'no_upper_case' | 'no_punctuation' | 'no_digit' | 'contains_context';

/**
 * The policy for passwords: eight or more characters with an upper-case letter, punctuation and a digit,
 * and none of the words that everybody would try for this person.
 *
 * @param context words of the person and the product: the local part of the e-mail, an RFC, names; shorter than four
 *   letters they are left aside.
 */
export function passwordFaults(password: string, context: readonly string[]): PasswordFault[] {
  const lower = password.toLowerCase();
  const faults: Array<[PasswordFault, boolean]> = [
    ['too_short', [...password].length < 8],
    ['no_upper_case', !/\p{Lu}/u.test(password)],
    ['no_punctuation', !/[\p{P}\p{S}]/u.test(password)],
    ['no_digit', !/\p{Nd}/u.test(password)],
    [
      'contains_context',
      ['timbrel', ...context].some((word) => word.length >= 4 && lower.includes(word.toLowerCase())),
    ],
  ];
  return faults.filter(([, broken]) => broken).map(([fault]) => fault);
}
