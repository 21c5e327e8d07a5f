/**
 * Writes the OpenAPI documents, 3.1 and its 3.0 twin, from the registered operations: `openapi/*.json`.
 *
 * With `--check` it writes nothing, names what differs from the files, and exits with 1 where something does.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildApp } from '../src/app.js';
import { readConfig } from '../src/config.js';
import { systemClock } from '../src/platform/clock.js';
import { openDatabase } from '../src/platform/db/database.js';
import { toOpenApi30 } from '../src/platform/http/openapi-30.js';
import { createLogger } from '../src/platform/log.js';
import { prepareDatabase } from '../src/platform/prepare.js';
import { Keyring } from '../src/platform/secrets/index.js';

/** What the files say of where the service is; an installation serves the document with its own address. */
const publicUrl = 'https://timbrel.example';

const directory = fileURLToPath(new URL('../openapi/', import.meta.url));
const texts = await documents();
process.exitCode = process.argv.includes('--check') ? check(texts) : write(texts);

/** File name → content. */
async function documents(): Promise<Map<string, string>> {
  const database = await openDatabase({ memory: true });
  try {
    await prepareDatabase(database);
    const app = await buildApp({
      config: readConfig({ PUBLIC_URL: publicUrl }),
      database,
      keyring: new Keyring([randomBytes(32)]),
      clock: systemClock,
      logger: createLogger('silent'),
      anchors: { sandbox: [], production: [] },
    });
    await app.ready();
    const written = (document: object) => `${JSON.stringify(document, null, 2)}\n`;
    const texts = new Map([
      ['openapi.json', written(app.swagger())],
      ['openapi-3.0.json', written(toOpenApi30(app.swagger()))],
    ]);
    await app.close();
    return texts;
  } finally {
    await database.close();
  }
}

function write(texts: ReadonlyMap<string, string>): number {
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of texts) writeFileSync(directory + name, text);
  return 0;
}

function check(texts: ReadonlyMap<string, string>): number {
  const differing = [...texts].flatMap(([name, text]) => {
    const places = differences(JSON.parse(stored(name)), JSON.parse(text));
    if (places.length === 0) return stored(name) === text ? [] : [`openapi/${name}: layout`];
    return places.map((place) => `openapi/${name}${place}`);
  });
  for (const place of differing.slice(0, 50)) console.error(`differs: ${place}`);
  if (differing.length > 0) console.error('Run `npm run openapi` and commit the documents.');
  return differing.length > 0 ? 1 : 0;
}

function stored(name: string): string {
  try {
    return readFileSync(directory + name, 'utf8');
  } catch {
    return 'null';
  }
}

/** JSON pointers to the outermost places at which two documents are not the same. */
function differences(a: unknown, b: unknown, at = ''): string[] {
  if (!isContainer(a) || !isContainer(b)) return a === b ? [] : [`${at || '/'}`];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].flatMap((name) => {
    const place = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return name in a && name in b ? differences(a[name], b[name], place) : [place];
  });
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
