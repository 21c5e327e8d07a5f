import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.js';
import { systemClock } from './clock.js';

/**
 * Ids are UUIDv7 inside (RFC 9562: they sort by time, which keeps indexes compact) and opaque outside: a prefix that
 * tells the kind, an underscore, and the 128 bits as 26 characters of Crockford's base32, lower case.
 */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const VALUE_OF = new Map([...ALPHABET].map((character, value) => [character, BigInt(value)]));
const PUBLIC_ID = /^([a-z]{3})_([0-7][0-9a-hjkmnp-tv-z]{25})$/;

/** Prefixes of public ids, one for each kind of resource. */
export type IdPrefix = 'prf' | 'ses' | 'cus' | 'sta' | 'key' | 'emi' | 'stm' | 'trf' | 'evt';

/** A new UUIDv7, as PostgreSQL writes it. */
export function newId(clock: Clock = systemClock): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(clock.now().getTime(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** `sta_01jd…`: what clients see of a UUID. */
export function toPublicId(prefix: IdPrefix, uuid: string): string {
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let text = '';
  for (let i = 0; i < 26; i++) {
    text = ALPHABET[Number(rest & 31n)] + text;
    rest >>= 5n;
  }
  return `${prefix}_${text}`;
}

/** The UUID behind a public id; null where the text is not a public id of that kind, which callers answer with the same 404 as an unknown one. */
export function fromPublicId(prefix: IdPrefix, text: string): string | null {
  const match = PUBLIC_ID.exec(text);
  if (match?.[1] !== prefix) return null;
  let value = 0n;
  for (const character of match[2]!) value = (value << 5n) | VALUE_OF.get(character)!;
  const hex = value.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
