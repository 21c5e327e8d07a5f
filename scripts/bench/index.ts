/**
 * `npm run bench` runs every bench, `npm run bench -- quota` one: each prints its ratios first, because they carry over
 * to other machines and the absolute figures do not. On the server of TEST_DATABASE_URL, else on a throw-away one.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const all = fs
  .readdirSync(here('.'))
  .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are ${all.join(', ')}.`);
  process.exit(2);
}

const server = process.env.TEST_DATABASE_URL ? [] : [here('../with-pg.mjs'), process.execPath];
for (const name of asked.length > 0 ? asked : all) {
  console.log(`\n── ${name} ${'─'.repeat(76 - name.length)}`);
  const { status } = spawnSync(process.execPath, [...server, '--import', 'tsx', here(`./${name}.ts`)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
