import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, unlink } from 'node:fs/promises';
import path from 'node:path';

const keyBytes = 32;
/** A current key and those it replaced; more is a mistake, not a rotation. */
const maxKeys = 8;
/** Room for eight keys with line ends; a larger file is not ours. */
const maxFileBytes = 1024;

/** The master key is missing, malformed or badly kept. The message says which and what to do, never the key. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';
}

/**
 * Reads the master keys from text: base64 of 32 bytes each, separated by commas or white space, the current one first;
 * the others only open what they once sealed. Throws MasterKeyError for anything else, and for keys that are plainly
 * not random.
 */
export function parseMasterKeys(text: string): Buffer[] {
  const words = text.split(/[\s,]/).filter((word) => word !== '');
  if (words.length === 0) throw new MasterKeyError('The master key is empty: give 32 random bytes in base64.');
  if (words.length > maxKeys) throw new MasterKeyError(`There are more than ${maxKeys} master keys.`);
  const keys = words.map(parseKey);
  if (new Set(words).size !== words.length) throw new MasterKeyError('The same master key is given twice.');
  return keys;
}

function parseKey(word: string, index: number): Buffer {
  const key = Buffer.from(word, 'base64');
  if (key.length !== keyBytes || key.toString('base64') !== word) {
    throw new MasterKeyError(
      `Master key ${index + 1} is not the base64 of ${keyBytes} bytes (make one with: openssl rand -base64 32).`,
    );
  }
  // 32 random bytes have some 30 distinct values; fewer than 16 happens to a typed or default key only.
  if (new Set(key).size < 16) throw new MasterKeyError(`Master key ${index + 1} is not random.`);
  return key;
}

/**
 * The master keys of the embedded database, from a file that only its owner may read. Where there is none, makes it
 * once: of several processes that start together, one wins and all read what it wrote; a crash at any point leaves
 * either no file or a whole one. Throws MasterKeyError for a file that others may read or that is damaged.
 */
export async function loadOrCreateKeyFile(file: string): Promise<Buffer[]> {
  const existing = await readKeyFile(file);
  if (existing !== null) return existing;
  await createKeyFile(file);
  const created = await readKeyFile(file);
  if (created === null) throw new MasterKeyError(`The key file ${file} was removed while it was being made.`);
  return created;
}

async function readKeyFile(file: string): Promise<Buffer[] | null> {
  const handle = await openIfPresent(file);
  if (handle === null) return null;
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new MasterKeyError(`${file} is not a regular file.`);
    // Windows has no such bits; there the directory's access list protects the file.
    if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
      const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
      throw new MasterKeyError(`The key file ${file} has mode ${mode}: others may use it. Run: chmod 600 ${file}`);
    }
    if (stat.size > maxFileBytes) throw new MasterKeyError(`The key file ${file} is too long to be one.`);
    return parseMasterKeys(await handle.readFile('latin1'));
  } catch (error) {
    throw error instanceof MasterKeyError ? new MasterKeyError(`${error.message} (key file ${file})`) : error;
  } finally {
    await handle.close();
  }
}

/** O_NOFOLLOW: a link would let its owner decide which file holds the key. */
async function openIfPresent(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    if (errorCode(error) === 'ELOOP') throw new MasterKeyError(`The key file ${file} is a symbolic link.`);
    throw error;
  }
}

/** Written aside, synced, then linked to its name: `link` never replaces a file, so the first of several takers wins. */
async function createKeyFile(file: string): Promise<void> {
  const directory = path.dirname(file);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`;
  const key = randomBytes(keyBytes);
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${key.toString('base64')}\n`);
    await handle.sync();
  } finally {
    key.fill(0);
    await handle.close();
  }
  try {
    await link(draft, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  await syncDirectory(directory);
}

/** Makes the new name itself survive a power cut. Windows cannot open directories and does not need it. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
