import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { Keyring } from './keyring.js';

/**
 * A box: version, key id, wrapped data key, sealed content.
 *
 *   1 byte   version, 1
 *   8 bytes  id of the master key whose wrapping key wrapped the data key
 *   60 bytes data key: nonce 12, ciphertext 32, tag 16
 *   the rest content: nonce 12, ciphertext, tag 16
 *
 * Both are AES-256-GCM. The content has the place where the box belongs as associated data, so a box moved to another
 * row, table or tenant does not open, and a data key seals one content only. The wrapped key has none: it is worth
 * nothing beside another content, and can be wrapped anew when masters rotate without knowing the place.
 */
const version = 1;
const idBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const wrappedBytes = nonceBytes + keyBytes + tagBytes;
const headBytes = 1 + idBytes;
const contentAt = headBytes + wrappedBytes;
/** The associated data of a wrapped key. */
const nowhere = Buffer.alloc(0);

/** Where a box belongs, exactly; it opens nowhere else. */
export interface BoxContext {
  /** What the content is: `csd-private-key`. */
  readonly purpose: string;
  readonly table: string;
  /** The row's id, and the column where a row has several boxes. */
  readonly row: string;
  /** The customer's id, or `platform`. */
  readonly tenant: string;
}

/** A box does not open; the message never tells more than the reason. */
export class SealedBoxError extends Error {
  override readonly name = 'SealedBoxError';
  constructor(readonly reason: 'not_a_box' | 'unknown_key' | 'wrong_place_or_damaged') {
    super(
      reason === 'unknown_key'
        ? 'A sealed box was made with a master key that this process was not given.'
        : 'A sealed box cannot be opened: it is damaged or stands in another place than it was sealed for.',
    );
  }
}

/** Seals and opens small secrets (private keys, pass phrases) for keeping in the database. */
export class SealedBoxes {
  constructor(private readonly keyring: Keyring) {}

  /** Seals under a fresh data key, wrapped by the current wrapping key. The caller zeroes the plaintext. */
  seal(plaintext: Uint8Array, context: BoxContext): Buffer {
    const { id, key: wrappingKey } = this.keyring.keys('keyWrapping')[0];
    const head = Buffer.concat([Buffer.of(version), Buffer.from(id, 'hex')]);
    const dataKey = randomBytes(keyBytes);
    try {
      const wrapped = encrypt(wrappingKey, dataKey, nowhere);
      return Buffer.concat([head, wrapped, encrypt(dataKey, plaintext, encodeContext(context))]);
    } finally {
      dataKey.fill(0);
    }
  }

  /** The content; the caller zeroes it after use. Throws SealedBoxError. */
  open(box: Uint8Array, context: BoxContext): Buffer {
    const bytes = Buffer.from(box.buffer, box.byteOffset, box.byteLength);
    const id = sealedBoxKeyId(bytes);
    const wrappingKey = this.keyring.keys('keyWrapping').find((key) => key.id === id)?.key;
    if (wrappingKey === undefined) throw new SealedBoxError('unknown_key');
    const dataKey = decrypt(wrappingKey, bytes.subarray(headBytes, contentAt), nowhere);
    try {
      return decrypt(dataKey, bytes.subarray(contentAt), encodeContext(context));
    } finally {
      dataKey.fill(0);
    }
  }
}

/** The id of the master key that a box needs (PurposeKey.id): which boxes still hold back an old key's removal. */
export function sealedBoxKeyId(box: Uint8Array): string {
  if (box.length < contentAt + nonceBytes + tagBytes || box[0] !== version) throw new SealedBoxError('not_a_box');
  return Buffer.from(box.subarray(1, headBytes)).toString('hex');
}

/** JSON of a fixed list: two different places never give the same bytes. */
function encodeContext({ purpose, table, row, tenant }: BoxContext): Buffer {
  return Buffer.from(JSON.stringify([purpose, table, row, tenant]));
}

function encrypt(key: KeyObject | Buffer, plaintext: Uint8Array, associated: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associated);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: KeyObject | Buffer, sealed: Buffer, associated: Buffer): Buffer {
  const end = sealed.length - tagBytes;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(nonceBytes, end));
  try {
    // GCM gives everything in update and nothing in final, so no second copy is made that would need zeroing.
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    throw new SealedBoxError('wrong_place_or_damaged');
  }
}
