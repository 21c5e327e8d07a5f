#!/usr/bin/env node
// `npm test`: every check there is, on a machine with nothing but Node and a package registry. Goes on after a failure,
// so that one run tells everything, and ends with one line, `N passed, N failed[, N skipped]`, in which each step counts
// as one besides the tests in it. Exits with 0 only when nothing failed.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const bin = (name) => path.join('node_modules/.bin', name);
const run = (script, ...args) => [process.execPath, path.join('scripts', script), ...args];
const documents = listFiles('openapi', '.json');
const environment = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
const onEmbedded = { ...environment, TEST_DATABASE_URL: '' };

const schemaDrift = ['--from-migrations', 'prisma/migrations', '--to-schema', 'prisma/schema.prisma', '--exit-code'];

const steps = [
  ['database client', run('prisma.mjs', 'generate')],
  ['the migrations make the data model', run('prisma.mjs', 'migrate', 'diff', ...schemaDrift)],
  ['types', [bin('tsc'), '--noEmit']],
  ['lint', [bin('biome'), 'check', '.']],
  ['OpenAPI documents are those of the code', [bin('tsx'), 'scripts/openapi.ts', '--check']],
  ['OpenAPI lint: Redocly', [bin('redocly'), 'lint', '--config', 'scripts/redocly.yaml', ...documents]],
  [
    'OpenAPI lint: Spectral',
    [bin('spectral'), 'lint', '--ruleset', 'scripts/spectral.yaml', '--fail-severity', 'hint', ...documents],
  ],
  ['tests on the embedded database', run('test.mjs'), onEmbedded],
  ['database tests on PostgreSQL', run('with-pg.mjs', ...run('test.mjs', ...databaseTests()))],
];

const total = { passed: 0, failed: 0, skipped: 0 };
const verdicts = [];
for (const [name, command, env = environment] of steps) {
  console.log(`\n── ${name} ──`);
  const started = Date.now();
  const { code, output } = await spawnStep(command, env);
  const tests = count(output);
  // A failed step is one failure of its own: the tests in it may all have passed, or none may have run.
  total.passed += tests.passed + (code === 0 ? 1 : 0);
  total.failed += tests.failed + (code === 0 ? 0 : 1);
  total.skipped += tests.skipped;
  verdicts.push(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${Math.round((Date.now() - started) / 1_000)} s)`);
}
console.log(`\n${verdicts.join('\n')}`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** Runs a command, shows what it prints, and gives its exit code and the end of its output. */
function spawnStep([command, ...args], env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      output = (output + chunk).slice(-1_000);
    });
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The totals that scripts/test.mjs ends with; zeros after any other command. */
function count(output) {
  const line = output.match(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/m);
  const [passed = 0, failed = 0, skipped = 0] = line?.slice(1).map((number) => Number(number ?? 0)) ?? [];
  return { passed, failed, skipped };
}

/** The tests that open a database: those whose imports, followed through `test/`, lead to `test/support/database.ts`. */
function databaseTests() {
  const helper = 'test/support/database.ts';
  const imports = new Map(
    listFiles('test', '.ts').map((file) => {
      const specifiers = [...fs.readFileSync(file, 'utf8').matchAll(/^import (?!type )[^;]*?from '(\.[^']+)\.js'/gm)];
      return [file, specifiers.map(([, specifier]) => `${path.join(path.dirname(file), specifier)}.ts`)];
    }),
  );
  const leadsToHelper = (file, seen = new Set()) => {
    if (file === helper) return true;
    if (seen.has(file)) return false;
    seen.add(file);
    return (imports.get(file) ?? []).some((next) => leadsToHelper(next, seen));
  };
  return [...imports.keys()].filter((file) => file.endsWith('.test.ts') && leadsToHelper(file));
}

/** The files under a directory whose names end so, sorted. */
function listFiles(directory, ending) {
  return fs
    .readdirSync(directory, { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(directory, file))
    .sort();
}
