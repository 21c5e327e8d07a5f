import type { Keyring } from '../../platform/secrets/index.js';

const PREFIX = 'tbl_ref_';
const MAC_BYTES = 32;
const BODY_BYTES = 16 + 4;
const LENGTH = PREFIX.length + Math.ceil(((BODY_BYTES + MAC_BYTES) * 4) / 3);

/** One refresh token of a session: the generation that it opens. */
export interface RefreshToken {
  /** UUID. */
  readonly sessionId: string;
  readonly generation: number;
}

/**
 * Refresh tokens are derived, not stored: session and generation, and 256 bits of HMAC over both under a key outside the
 * database. So the successor of a token can be handed out a second time when an answer was lost, and reading the
 * database gives nobody a token.
 */
export function writeRefreshToken(keyring: Keyring, { sessionId, generation }: RefreshToken): string {
  const body = Buffer.alloc(BODY_BYTES);
  body.write(sessionId.replaceAll('-', ''), 'hex');
  body.writeUInt32BE(generation, 16);
  return PREFIX + Buffer.concat([body, keyring.hmac('refreshToken', body)]).toString('base64url');
}

/** What a token says, if it is one of ours; null else. Any text of any length is safe. */
export function readRefreshToken(keyring: Keyring, text: string): RefreshToken | null {
  if (text.length !== LENGTH || !text.startsWith(PREFIX)) return null;
  const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');
  if (bytes.length !== BODY_BYTES + MAC_BYTES) return null;
  const body = bytes.subarray(0, BODY_BYTES);
  if (!keyring.hmacMatches('refreshToken', body, bytes.subarray(BODY_BYTES))) return null;
  const hex = body.toString('hex', 0, 16);
  const sessionId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { sessionId, generation: body.readUInt32BE(16) };
}
