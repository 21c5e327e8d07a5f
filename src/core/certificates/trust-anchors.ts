import { X509Certificate } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

const extensions = new Set(['.cer', '.crt', '.pem']);
const maxFiles = 200;
const maxFileBytes = 262_144;
const pemBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,65536}-----END CERTIFICATE-----/g;

/** The operator's trust anchors cannot be used; the message names each file and what is wrong with it. */
export class TrustAnchorError extends Error {
  override readonly name = 'TrustAnchorError';
}

/**
 * The authorities that an operator put into a folder: files .cer, .crt or .pem, DER or PEM, one certificate or several
 * in a file; other files are passed over. Throws TrustAnchorError that names every fault at once, also for a folder
 * without any: an empty list would refuse every document.
 */
export async function loadTrustAnchors(folder: string): Promise<X509Certificate[]> {
  const names = await listFiles(folder);
  const read = await Promise.all(names.map((name) => readAnchors(path.join(folder, name))));
  const faults = read.flatMap((result) => (typeof result === 'string' ? [result] : []));
  if (faults.length > 0) throw new TrustAnchorError(faults.join('\n'));
  return read.flatMap((result) => (typeof result === 'string' ? [] : result));
}

async function listFiles(folder: string): Promise<string[]> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    throw new TrustAnchorError(`The folder of trust anchors ${folder} cannot be read: ${(error as Error).message}`);
  }
  const names = entries.filter((name) => extensions.has(path.extname(name).toLowerCase())).sort();
  if (names.length === 0) throw new TrustAnchorError(`The folder ${folder} holds no .cer, .crt or .pem file.`);
  if (names.length > maxFiles) throw new TrustAnchorError(`The folder ${folder} holds more than ${maxFiles} files.`);
  return names;
}

/** The certificates of one file, or the sentence that says what is wrong with it. */
async function readAnchors(file: string): Promise<X509Certificate[] | string> {
  try {
    if ((await stat(file)).size > maxFileBytes) return `${file}: is too large for a certificate.`;
    const bytes = await readFile(file);
    const blocks = bytes.includes('-----BEGIN') ? (bytes.toString('latin1').match(pemBlock) ?? []) : [bytes];
    if (blocks.length === 0) return `${file}: has no certificate.`;
    const certificates = blocks.map((block) => new X509Certificate(block));
    if (certificates.some((certificate) => !certificate.ca)) return `${file}: is not the certificate of an authority.`;
    return certificates;
  } catch (error) {
    return `${file}: ${(error as NodeJS.ErrnoException).code ?? 'is not a certificate'}.`;
  }
}
