import type { Clock } from '../../platform/clock.js';
import type { Tx, UnitOfWork } from '../../platform/db/unit-of-work.js';
import type { Keyring } from '../../platform/secrets/index.js';
import { addressPrefix, countTry, giveTryBack, type LockScope, lockedUntil, type TryCount } from './rules.js';

/** Prefix under which the tries of a log-in from everywhere are counted. */
const EVERYWHERE = '';
/** Counts that nobody added to for so long say nothing any more. */
const STALE_MS = 86_400_000;

/** A log-in name and where it is being tried from, as counts are kept: whether it exists plays no part. */
export interface LoginPlace {
  readonly digest: Uint8Array<ArrayBuffer>;
  readonly prefix: string;
}

/**
 * Counts failed log-ins in the database, so that every process knows them. A try is counted before the password is
 * looked at and forgiven when it was right: a hundred guesses at once are no more than five.
 */
export class LoginTries {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** Under what a log-in name (normalised) is counted from an address. */
  placeOf(login: string, address: string): LoginPlace {
    return { digest: Uint8Array.from(this.keyring.hmac('loginName', login)), prefix: addressPrefix(address) };
  }

  /** Counts a try, unless the log-in is locked: then says until when, and counts nothing. */
  async begin(place: LoginPlace): Promise<{ lockedUntil: Date | null }> {
    const now = this.clock.now();
    return this.uow.run(async (tx) => {
      // Rows that do not exist cannot be locked.
      await tx.loginFailure.createMany({
        data: [zero(place, EVERYWHERE, now), zero(place, place.prefix, now)],
        skipDuplicates: true,
      });
      const counts = await lockCounts(tx, place);
      const locks = counts.flatMap((count) => lockedUntil(count, now) ?? []);
      if (locks.length > 0) return { lockedUntil: new Date(Math.max(...locks.map(Number))) };
      await this.#write(tx, place, counts, (count, scope) => countTry(count, scope, now));
      return { lockedUntil: null };
    });
  }

  /** Forgets the tries of a log-in that succeeded, from this place and from everywhere; other places keep their locks. */
  async forgive(tx: Tx, { digest: loginDigest, prefix }: LoginPlace): Promise<void> {
    const where = { loginDigest, addressPrefix: { in: [EVERYWHERE, prefix] } };
    await tx.loginFailure.updateMany({ where, data: { failures: 0, lockedUntil: null } });
  }

  /** Takes back a try that was counted and could not be judged. */
  async giveBack(place: LoginPlace): Promise<void> {
    await this.uow.run(async (tx) => this.#write(tx, place, await lockCounts(tx, place), giveTryBack));
  }

  async #write(
    tx: Tx,
    { digest: loginDigest }: LoginPlace,
    counts: readonly CountRow[],
    next: (count: TryCount, scope: LockScope) => TryCount,
  ): Promise<void> {
    for (const { addressPrefix, ...count } of counts) {
      const data = next(count, addressPrefix === EVERYWHERE ? 'everywhere' : 'place');
      await tx.loginFailure.update({ where: { loginDigest_addressPrefix: { loginDigest, addressPrefix } }, data });
    }
  }
}

/** Removes counts that say nothing any more; for a periodic job. Returns how many. */
export async function forgetLoginFailures(tx: Tx, clock: Clock): Promise<number> {
  const before = new Date(clock.now().getTime() - STALE_MS);
  const { count } = await tx.loginFailure.deleteMany({ where: { windowStartedAt: { lt: before } } });
  return count;
}

type CountRow = TryCount & { addressPrefix: string };

/** Both counts, locked in the same order by everybody. */
function lockCounts(tx: Tx, { digest, prefix }: LoginPlace): Promise<CountRow[]> {
  return tx.$queryRaw<CountRow[]>`
    SELECT address_prefix AS "addressPrefix", failures, window_started_at AS "windowStartedAt", locked_until AS "lockedUntil"
      FROM login_failure WHERE login_digest = ${digest} AND address_prefix IN (${EVERYWHERE}, ${prefix})
     ORDER BY address_prefix FOR UPDATE`;
}

function zero({ digest: loginDigest }: LoginPlace, addressPrefix: string, windowStartedAt: Date) {
  return { loginDigest, addressPrefix, failures: 0, windowStartedAt };
}
