import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { loadOrCreateKeyFile, MasterKeyError, parseMasterKeys } from '../../../src/platform/secrets/index.js';

const base64 = () => randomBytes(32).toString('base64');

t.test('master keys from text', async (t) => {
  const [a, b] = [base64(), base64()];
  t.same(
    parseMasterKeys(` ${a},\n${b}\n`).map((key) => key.toString('base64')),
    [a, b],
  );
  const refused = {
    empty: '',
    'only separators': ' , ',
    short: randomBytes(31).toString('base64'),
    long: randomBytes(33).toString('base64'),
    hexadecimal: randomBytes(32).toString('hex'),
    'base64url without padding': a.replace(/=$/, ''),
    zeros: Buffer.alloc(32).toString('base64'),
    typed: Buffer.from('changemechangemechangemechangeme').toString('base64'),
    twice: `${a},${a}`,
    'too many': Array.from({ length: 9 }, base64).join(','),
  };
  for (const [name, text] of Object.entries(refused)) t.throws(() => parseMasterKeys(text), MasterKeyError, name);
});

t.test('a fault never shows the key', async (t) => {
  const short = randomBytes(31).toString('base64');
  try {
    parseMasterKeys(short);
    t.fail('accepted');
  } catch (error) {
    t.notMatch(String(error), short.slice(0, 12));
  }
});

t.test('the first start makes a file for its owner only, later starts read it', async (t) => {
  const file = path.join(t.testdir(), 'keys', 'master.key');
  const [made] = await loadOrCreateKeyFile(file);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal(statSync(path.dirname(file)).mode & 0o777, 0o700);
  t.same(await loadOrCreateKeyFile(file), [made]);
  t.same(readdirSync(path.dirname(file)), ['master.key'], 'no draft is left');
});

t.test('of processes that start together, all get the same key', async (t) => {
  const file = path.join(t.testdir(), 'master.key');
  const module = new URL('../../../src/platform/secrets/master-key.ts', import.meta.url).href;
  const program = `import { loadOrCreateKeyFile } from ${JSON.stringify(module)};
    const many = await Promise.all(Array.from({ length: 20 }, () => loadOrCreateKeyFile(${JSON.stringify(file)})));
    console.log([...new Set(many.map((keys) => keys[0].toString('base64')))].join());`;
  const run = () =>
    promisify(execFile)(process.execPath, ['--import=tsx', '--input-type=module', '-e', program]).then((r) => r.stdout);
  const answers = await Promise.all([run(), run(), run()]);
  t.equal(new Set(answers).size, 1);
  t.equal(answers[0]?.trim(), readFileSync(file, 'utf8').trim());
  t.same(readdirSync(path.dirname(file)), ['master.key']);
});

t.test('a file that is badly kept or damaged is refused, and left as it is', async (t) => {
  const directory = t.testdir({
    short: 'AAAA\n',
    empty: '',
    long: 'A'.repeat(5000),
    open: `${base64()}\n`,
    folder: {},
  });
  for (const [name, reason] of [
    ['short', /base64 of 32 bytes/],
    ['empty', /empty/],
    ['long', /too long/],
    ['folder', /not a regular file|mode/],
  ] as const) {
    const file = path.join(directory, name);
    chmodSync(file, 0o600);
    await t.rejects(loadOrCreateKeyFile(file), { name: 'MasterKeyError', message: reason }, name);
  }
  const open = path.join(directory, 'open');
  for (const mode of [0o644, 0o640, 0o604, 0o620, 0o601]) {
    chmodSync(open, mode);
    await t.rejects(loadOrCreateKeyFile(open), { name: 'MasterKeyError', message: /chmod 600/ }, mode.toString(8));
  }
  t.equal(readFileSync(path.join(directory, 'short'), 'utf8'), 'AAAA\n');
});

t.test('a symbolic link is not followed, not even to a place where a file could be made', async (t) => {
  const directory = t.testdir();
  const target = path.join(directory, 'target');
  writeFileSync(target, `${base64()}\n`, { mode: 0o600 });
  symlinkSync(target, path.join(directory, 'link'));
  await t.rejects(loadOrCreateKeyFile(path.join(directory, 'link')), { name: 'MasterKeyError', message: /symbolic/ });
  symlinkSync(path.join(directory, 'nowhere'), path.join(directory, 'dangling'));
  await t.rejects(loadOrCreateKeyFile(path.join(directory, 'dangling')), { name: 'MasterKeyError' });
  t.notOk(existsSync(path.join(directory, 'nowhere')));
});
