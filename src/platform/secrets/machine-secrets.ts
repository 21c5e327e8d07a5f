import { createHash, randomBytes } from 'node:crypto';

/** Crockford's base32, lower case: no letters that people confuse, no case to lose, nothing to escape in a header. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const kinds = { account: 'acc', master: 'mas', emitter: 'emi', application: 'app' } as const;
const environments = { sandbox: 'sbx', production: 'live' } as const;

/** 160 random bits. */
const randomLength = 32;
/** 30 bits: a mistyped or cut secret is told apart without asking the database. */
const checksumLength = 6;
const pattern = /^tbl_(acc|mas|emi|app)_(sbx|live)_[0-9a-hjkmnp-tv-z]{38}$/;
const maxLength = 'tbl_acc_live_'.length + randomLength + checksumLength;

/** Whose secret: a stamping account, a customer's master, an emitter on an account, a client application. */
export type MachineSecretKind = keyof typeof kinds;
/** Where it works. */
export type SecretEnvironment = keyof typeof environments;

/**
 * A new secret for a machine: `tbl_acc_sbx_` and 38 characters, of which 160 bits are random and the last six check
 * the rest. Show it once; keep `keyring.hmac('machineSecret', secret)` and `machineSecretHint(secret)`.
 */
export function generateMachineSecret(kind: MachineSecretKind, environment: SecretEnvironment): string {
  const start = `tbl_${kinds[kind]}_${environments[environment]}_${base32(randomBytes(20), randomLength)}`;
  return start + checksum(start);
}

/**
 * What a text says about itself if it has the form of a machine secret, else null; whether the secret is in force,
 * only the database knows. Any text of any length is safe, and constant time is not needed: the checksum is no secret.
 */
export function parseMachineSecret(text: string): { kind: MachineSecretKind; environment: SecretEnvironment } | null {
  if (text.length > maxLength) return null;
  const match = pattern.exec(text);
  if (match === null || checksum(text.slice(0, -checksumLength)) !== text.slice(-checksumLength)) return null;
  return { kind: nameOf(kinds, match[1]), environment: nameOf(environments, match[2]) };
}

/** The last four characters, by which people tell secrets apart: checksum, so they give away nothing that is random. */
export function machineSecretHint(secret: string): string {
  return secret.slice(-4);
}

function nameOf<T extends Record<string, string>>(table: T, value: string | undefined): keyof T {
  return Object.keys(table).find((name) => table[name] === value) as keyof T;
}

function checksum(start: string): string {
  return base32(createHash('sha256').update(start).digest(), checksumLength);
}

/** The first `length` groups of five bits. */
function base32(bytes: Buffer, length: number): string {
  let text = '';
  for (let at = 0; at < length; at++) {
    const bit = at * 5;
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    text += alphabet[(pair >> (11 - (bit & 7))) & 31];
  }
  return text;
}
