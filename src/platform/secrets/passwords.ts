import argon2 from 'argon2';
import { BoundedWork, type WorkBounds } from '../bounded-work.js';

/** The longest password that is hashed, in code points; requests are bounded to it by their schema. */
export const maxPasswordCodePoints = 256;

/** Costs and bounds of hashing; the defaults are OWASP's for argon2id and two hashes at a time. */
export interface PasswordHasherOptions extends Partial<WorkBounds> {
  /** Memory of one hash in KiB. */
  readonly memoryKib?: number;
  /** Passes over the memory. */
  readonly passes?: number;
}

/**
 * People's passwords: argon2id with a 16-byte salt, one lane, kept as a PHC string. A bounded number runs at once and a
 * bounded number waits, so that a wave of log-ins can exhaust neither memory nor threads; who comes on top gets
 * `service_unavailable`.
 */
export class PasswordHasher {
  readonly #costs: { memoryCost: number; timeCost: number; parallelism: number };
  readonly #work: BoundedWork;
  #hashCalls = 0;

  constructor({ memoryKib = 19_456, passes = 2, concurrency = 2, queueLimit = 100 }: PasswordHasherOptions = {}) {
    this.#costs = { memoryCost: memoryKib, timeCost: passes, parallelism: 1 };
    this.#work = new BoundedWork({ concurrency, queueLimit });
  }

  /** How often argon2 ran: known and unknown log-ins must cost the same. */
  get hashCalls(): number {
    return this.#hashCalls;
  }

  /** The PHC string to keep. Throws `service_unavailable`; RangeError for a password that its schema should refuse. */
  async hash(password: string): Promise<string> {
    if (isTooLong(password)) throw new RangeError(`A password has at most ${maxPasswordCodePoints} characters.`);
    return await this.#run(() => argon2.hash(password, this.#options()));
  }

  /**
   * Whether the password belongs to the hash. `null` stands for an unknown log-in: it costs one hash as well, so that
   * the time does not tell which log-ins exist. Throws `service_unavailable`.
   */
  async verify(hash: string | null, password: string): Promise<boolean> {
    if (isTooLong(password)) return false;
    if (hash === null) {
      await this.#run(() => argon2.hash(password, this.#options()));
      return false;
    }
    return await this.#run(() => argon2.verify(hash, password));
  }

  /** Whether a hash was made with other costs than today's: hash again at the next successful log-in. */
  needsRehash(hash: string): boolean {
    return !hash.startsWith('$argon2id$') || argon2.needsRehash(hash, this.#costs);
  }

  #options() {
    return { ...this.#costs, type: argon2.argon2id };
  }

  #run<T>(hash: () => Promise<T>): Promise<T> {
    return this.#work.run(() => {
      this.#hashCalls += 1;
      return hash();
    });
  }
}

/** The count of UTF-16 units bounds the work of counting code points. */
function isTooLong(password: string): boolean {
  return password.length > 2 * maxPasswordCodePoints || [...password].length > maxPasswordCodePoints;
}
