import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** SAT's public test material; tests that need it are skipped where it is missing. */
export const satReference = path.resolve(process.env.SAT_REFERENCE ?? '../shared/sat');

/** The option of a test that needs the material: false, or the reason to skip. */
export const withoutReference = existsSync(path.join(satReference, 'test-kit')) ? false : 'SAT_REFERENCE is not there';

/** Files below a folder of the material whose name ends so, in order. */
export function satFiles(folder: string, extension: string): string[] {
  const root = path.join(satReference, folder);
  if (!existsSync(root)) return [];
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => path.join(root, name));
}

/** Every key of the kit opens with this. */
export const kitPassword = '12345678a';
