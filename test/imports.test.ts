import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const source = fileURLToPath(new URL('../src', import.meta.url));

/** The floors, from the ground up. What stands directly in `src/` and is not ground puts the house together: the roof. */
const floors = ['ground', 'platform', 'core', 'features', 'roof'] as const;
const ground = new Set(['problems.ts', 'config.ts']);

/** Packages that a floor must not know: the core speaks no HTTP, and only the platform speaks to the database driver. */
const forbiddenPackages: Readonly<Record<string, RegExp>> = {
  ground: /^(?!node:)/,
  core: /^(?:fastify|@fastify\/|typebox|pg-boss|ioredis)/,
};

function floorOf(file: string): (typeof floors)[number] {
  const [first = '', ...rest] = path.relative(source, file).split(path.sep);
  if (rest.length === 0) return ground.has(first) ? 'ground' : 'roof';
  return first as (typeof floors)[number];
}

/** The feature's room that a file belongs to; another room is entered by its index, which says what it gives. */
function roomOf(file: string): string | null {
  const [floor, room, inside] = path.relative(source, file).split(path.sep);
  return floor === 'features' && inside !== undefined ? (room ?? null) : null;
}

/** The offences of one file: imports that climb, that go through a wall, or that know what their floor should not. */
function offences(file: string, text: string): string[] {
  const floor = floorOf(file);
  const where = path.relative(source, file);
  return [...text.matchAll(/^(?:import|export)\b[^;]*? from '([^']+)';|\bimport\('([^']+)'\)/gms)].flatMap((match) => {
    const specifier = match[1] ?? match[2] ?? '';
    if (!specifier.startsWith('.')) return forbiddenPackages[floor]?.test(specifier) ? [`${where} → ${specifier}`] : [];
    const target = path.resolve(path.dirname(file), specifier);
    const climbs = floors.indexOf(floorOf(target.replace(/\.js$/, '.ts'))) > floors.indexOf(floor);
    const aside = roomOf(file) !== null && roomOf(target) !== null && roomOf(file) !== roomOf(target);
    const throughTheWall = aside && path.basename(target) !== 'index.js';
    const intoHttp = floor === 'core' && target.includes(`${path.sep}platform${path.sep}http${path.sep}`);
    return climbs || intoHttp || throughTheWall ? [`${where} → ${specifier}`] : [];
  });
}

function sourceFiles(): string[] {
  return fs
    .readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('generated'))
    .map((name) => path.join(source, name));
}

t.test('an import goes down or stays on its floor', async (t) => {
  const files = sourceFiles();
  t.ok(files.length > 100, 'the files were found');
  t.same(
    files.flatMap((file) => offences(file, fs.readFileSync(file, 'utf8'))),
    [],
  );
});

t.test('every file stands on a floor', async (t) => {
  t.same(
    sourceFiles().filter((file) => !floors.includes(floorOf(file))),
    [],
  );
});

t.test('an offence is noticed', async (t) => {
  const offend = (file: string, text: string) => offences(path.join(source, file), text).length;
  t.equal(offend('core/cfdi/a.ts', "import { b } from '../../features/stamps/b.js';"), 1, 'core → features');
  t.equal(
    offend('core/cfdi/a.ts', "import {\n  b,\n} from '../../platform/http/b.js';"),
    1,
    'core → HTTP, over several lines',
  );
  t.equal(offend('core/cfdi/a.ts', "import type { B } from 'fastify';"), 1, 'core → fastify');
  t.equal(offend('platform/db/a.ts', "export { b } from '../../core/b.js';"), 1, 'platform → core');
  t.equal(offend('platform/db/a.ts', "const b = await import('../../core/b.js');"), 1, 'a dynamic import');
  t.equal(offend('problems.ts', "import { b } from './platform/b.js';"), 1, 'ground → platform');
  t.equal(offend('features/a/a.ts', "import { b } from '../../app.js';"), 1, 'features → roof');
  t.equal(offend('features/a/a.ts', "import { b } from '../b/b.js';"), 1, 'through the wall of a room');
  t.equal(offend('features/a/a.ts', "import { b } from '../b/index.js';"), 0, 'by its door');
  t.equal(offend('features/a/a.ts', "import { b } from '../../core/b.js';"), 0, 'features → core is the way down');
});
