/** The process as an operator meets it: first start, command line, later starts, stop. On the database at hand. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import t from 'tap';
import { testDatabaseUrl, testServerUrl } from './support/database.js';
import { ServerProcess } from './support/server-process.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = t.testdir();
const env: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  PORT: '0',
  LOG_LEVEL: 'silent',
  TIMBREL_DATA_DIR: path.join(folder, 'data'),
  ...(testServerUrl && {
    DATABASE_URL: await testDatabaseUrl(t, testServerUrl),
    TIMBREL_MASTER_KEY: randomBytes(32).toString('base64'),
  }),
};

const timbrel = (args: string[], input = '') =>
  spawnSync(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...args], { cwd: root, env, input, encoding: 'utf8' });

const logIn = (base: string, password: string) =>
  fetch(`${base}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ana@example.mx', password }),
  });
const authority = async (base: string) => (await fetch(`${base}/v1/sandbox/authority`)).json();

const draft = ['staff', 'create', '--email', 'ana@example.mx', '--given-name', 'Ana', '--family-name', 'Ñandú & Cía'];

t.test('first start, first staff profile, later start: everything is kept', async (t) => {
  const first = await ServerProcess.start(t, env);
  t.match(first.greeting, /Reference page: http:\S+\/docs\n/);
  t.match(first.greeting, /no staff profile yet[\s\S]+npx timbrel staff create/);
  const made = await authority(first.origin);
  t.match(made, { certifier_rfc: 'TIM010101AB1' });
  t.equal(await first.stop(), 0, 'a stop on SIGTERM is a success');

  const created = timbrel(draft);
  t.equal(created.status, 0, created.stderr);
  const password = /^password (.+)$/m.exec(created.stdout)?.[1] ?? '';
  t.equal(timbrel(draft).status, 1, 'an address makes one profile');

  const second = await ServerProcess.start(t, env);
  t.notMatch(second.greeting, /no staff profile/);
  t.equal((await logIn(second.origin, password)).status, 201);
  t.equal((await logIn(second.origin, `${password}x`)).status, 401);
  t.same(await authority(second.origin), made, 'the sandbox keeps its authority');
  t.equal(await second.stop(), 0);
});

t.test('a password may come from standard input, and must keep the policy', async (t) => {
  const with_ = (email: string, password: string) =>
    timbrel(
      ['staff', 'create', '--email', email, '--given-name', 'B', '--family-name', 'C', '--password-stdin'],
      `${password}\n`,
    );
  const weak = with_('b@example.mx', 'kurz7');
  t.equal(weak.status, 1);
  t.match(weak.stderr, /policy/);
  t.notMatch(weak.stderr + weak.stdout, 'kurz7');
  t.match(with_('b@example.mx', 'Larga-y-buena-1'), { status: 0, stdout: /^(?![\s\S]*password)/ });
});

t.test('migrate is harmless to repeat', async (t) => {
  t.match(timbrel(['migrate']), { status: 0, stdout: 'The database is up to date.\n' });
});

t.test('ledger audit exits with 0 while everything adds up', async (t) => {
  t.match(timbrel(['ledger', 'audit']), { status: 0, stdout: 'The ledger adds up.\n' });
});

t.test(
  'ledger audit names a difference and exits with 1',
  { skip: testServerUrl ? false : 'needs a second connection' },
  async (t) => {
    const client = new pg.Client({ connectionString: env.DATABASE_URL });
    await client.connect();
    await client.query(
      `UPDATE ledger_account SET available = available - 3, inflow = inflow - 3 WHERE customer_id IS NULL AND environment = 'sandbox'`,
    );
    await client.end();
    t.match(timbrel(['ledger', 'audit']), { status: 1, stdout: /available: stored -3, recomputed 0/ });
  },
);

t.test('wrong words print the usage and exit with 2', async (t) => {
  for (const args of [[], ['ledger', 'burn']]) t.match(timbrel(args), { status: 2, stderr: /^Usage: timbrel/ });
  t.match(timbrel(['staff', 'create']), { status: 2, stderr: /--email/ });
});

t.test('every fault of the environment is named at once', async (t) => {
  const broken = { ...env, PORT: 'x', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://secret@host' };
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'src/server.ts'], {
    cwd: root,
    env: broken,
    encoding: 'utf8',
  });
  t.equal(status, 1);
  for (const variable of ['PORT', 'LOG_LEVEL', 'DATABASE_URL']) t.match(stderr, variable);
  t.notMatch(stderr, 'secret');
});

t.test(
  'a lost key file is told, not replaced',
  { skip: testServerUrl ? 'the key comes from the environment' : false },
  async (t) => {
    const keyFile = path.join(folder, 'data/master.key');
    fs.renameSync(keyFile, `${keyFile}.away`);
    t.match(timbrel(['migrate']), { status: 1, stderr: /key file .*master\.key is missing/ });
    t.notOk(fs.existsSync(keyFile));
    fs.renameSync(`${keyFile}.away`, keyFile);
    t.equal(timbrel(['migrate']).status, 0);
  },
);
