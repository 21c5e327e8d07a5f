import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';

/**
 * What keys are for. Each purpose has a key of its own, so that a value made for one means nothing to another.
 * The text goes into the derivation: changing it loses what was made with the key.
 */
const purposes = {
  /** Digests under which machine secrets are looked up. */
  machineSecret: 'machine-secret-hmac',
  /** Digests of log-in names in the table of failed log-ins. */
  loginName: 'login-name-hmac',
  /** Signature of access tokens. */
  accessToken: 'access-token-signing',
  /** Refresh tokens are derived, not stored. */
  refreshToken: 'refresh-token-hmac',
  /** Cursors of lists. */
  cursor: 'cursor-hmac',
  /** Bodies remembered under an Idempotency-Key. */
  idempotencyBody: 'idempotency-body-hmac',
  /** Wraps the data keys of sealed boxes. */
  keyWrapping: 'key-wrapping',
} as const;

/** What a key may be used for. */
export type KeyPurpose = keyof typeof purposes;

/** A key of one purpose, from one master key. */
export interface PurposeKey {
  /** Names the master key: 16 hexadecimal digits that tell nothing about it. */
  readonly id: string;
  /** 256 bits. */
  readonly key: KeyObject;
}

/**
 * Every key that the process uses, derived from the master keys by HKDF-SHA-256 (RFC 5869). The first master is the
 * current one: it makes everything new. The others are being rotated out: they only recognise what they once made.
 */
export class Keyring {
  readonly #keys: ReadonlyMap<KeyPurpose, readonly PurposeKey[]>;

  /** Takes the masters over: their buffers are zeroed once the keys are derived. */
  constructor(masters: readonly Buffer[]) {
    if (masters.length === 0) throw new Error('A keyring needs a master key.');
    // A second keyring of the same buffers would find zeros and derive keys that anybody can derive.
    if (masters.some((master) => master.length !== 32 || master.every((byte) => byte === 0))) {
      throw new Error('A master key has 32 bytes and is not zero.');
    }
    const ids = masters.map((master) => derive(master, 'key-id', 8).toString('hex'));
    const names = Object.keys(purposes) as KeyPurpose[];
    this.#keys = new Map(
      names.map((purpose) => [
        purpose,
        masters.map((master, at) => ({ id: ids[at] as string, key: deriveKey(master, purposes[purpose]) })),
      ]),
    );
    for (const master of masters) master.fill(0);
  }

  /** The keys of a purpose, the current one first. */
  keys(purpose: KeyPurpose): readonly [PurposeKey, ...PurposeKey[]] {
    return this.#keys.get(purpose) as unknown as readonly [PurposeKey, ...PurposeKey[]];
  }

  /** HMAC-SHA-256 under the current key of a purpose: 32 bytes. */
  hmac(purpose: KeyPurpose, data: string | Uint8Array): Buffer {
    return hmac(this.keys(purpose)[0], data);
  }

  /** The HMAC under every key of a purpose, the current one first: for looking up by digest while keys rotate. */
  hmacs(purpose: KeyPurpose, data: string | Uint8Array): Buffer[] {
    return this.keys(purpose).map((key) => hmac(key, data));
  }

  /** Whether a digest is the HMAC of the data under any key of the purpose. Any length of digest is safe. */
  hmacMatches(purpose: KeyPurpose, data: string | Uint8Array, digest: Uint8Array): boolean {
    return this.hmacs(purpose, data).some((own) => own.length === digest.length && timingSafeEqual(own, digest));
  }
}

function hmac({ key }: PurposeKey, data: string | Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** The masters are uniformly random, so HKDF needs no salt (RFC 5869 section 3.1). */
function derive(master: Buffer, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', master, '', `timbrel/${purpose}`, bytes));
}

function deriveKey(master: Buffer, purpose: string): KeyObject {
  const bytes = derive(master, purpose, 32);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
