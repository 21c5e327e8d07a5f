/** README says what is true: its table of variables is the configuration's, and its commands run as pasted. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { variables } from '../src/config.js';
import { ServerProcess } from './support/server-process.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');

t.test('the table of variables is that of the configuration', async (t) => {
  const rows = Object.entries(variables).map(
    ([name, { means, otherwise }]) => `| \`${name}\` | ${means} | ${otherwise} |`,
  );
  t.same(readme.match(/^\| `[A-Z_]+` \|.*$/gm), rows);
});

t.test('every file that the map names is there', async (t) => {
  const links = [...readme.matchAll(/\]\(((?!http)[^)#]+)\)/g)].map(([, link]) => link ?? '');
  t.ok(links.length > 10);
  t.same(
    links.filter((link) => !fs.existsSync(path.join(root, link))),
    [],
  );
});

const missing = ['bash', 'curl', 'jq'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);

t.test(
  'the first stamp works as pasted',
  { skip: missing.length > 0 ? `needs ${missing.join(', ')}` : false },
  async (t) => {
    const [install = '', office = '', erp = ''] = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)]
      .map(([, block]) => block ?? '')
      .slice(1);
    const folder = t.testdir();
    const data = path.join(folder, 'data');
    const staffArguments = /npx timbrel (staff create [^#\n]*)/.exec(install)?.[1]?.trim().split(/\s+/) ?? [];
    const cli = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...staffArguments], {
      cwd: root,
      env: { PATH: process.env.PATH, TIMBREL_DATA_DIR: data },
      encoding: 'utf8',
    });
    const password = /^password (.+)$/m.exec(cli.stdout)?.[1];
    t.ok(password, cli.stderr);
    const server = await ServerProcess.start(t, { TIMBREL_DATA_DIR: data });

    // What stands beside the reader: the scripts and their packages.
    for (const name of ['scripts', 'node_modules']) fs.symlinkSync(path.join(root, name), path.join(folder, name));
    const script = `set -euo pipefail\n${office}${erp}`.replace('http://localhost:3000', server.origin);
    const shell = spawnSync('bash', ['-c', script], { cwd: folder, input: `${password}\n`, encoding: 'utf8' });
    t.equal(shell.status, 0, shell.stderr);
    const stamp = JSON.parse(fs.readFileSync(path.join(folder, 'stamp.json'), 'utf8'));
    t.match(stamp, { environment: 'sandbox', replayed: false, available_stamps: 9 });
    t.match(shell.stdout, /<tfd:TimbreFiscalDigital /);
    t.match(shell.stdout, /"available_stamps": 9/);
  },
);
