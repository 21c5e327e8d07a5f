import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import { lockDirectory } from '../../../src/platform/db/embedded/directory-lock.js';
import { Child } from '../../support/child.js';

const fixture = new URL('./fixtures/lock.ts', import.meta.url);

function tell(child: Child, word: string): Promise<string> {
  const heard = child.lines.length;
  child.process.stdin?.write(`${word}\n`);
  return child.lineAfter(heard);
}

/** What a killed holder leaves behind: a socket file that nobody listens on. */
async function leaveStaleLock(directory: string, name: string): Promise<void> {
  const server = net.createServer();
  const socketPath = path.join(directory, 'bound');
  await new Promise<void>((done) => server.listen(socketPath, done));
  fs.linkSync(socketPath, path.join(directory, name));
  await new Promise((done) => server.close(done));
}

t.test('a second taker is refused with the name of the directory, until the first gives up', async (t) => {
  const directory = t.testdir({});
  const lock = await lockDirectory(directory);
  await t.rejects(lockDirectory(directory), { message: new RegExp(directory) });
  await lock.release();
  t.same(fs.readdirSync(directory), [], 'nothing is left behind');
  await (await lockDirectory(directory)).release();
});

t.test('another process is refused; after kill -9 of the holder the next one takes over at once', async (t) => {
  const directory = t.testdir({});
  const holder = new Child(t, fixture, [directory]);
  await holder.lineAfter(0);
  t.equal(await tell(holder, 'go'), 'locked');
  await t.rejects(lockDirectory(directory), { message: /in use by another process/ });
  await holder.kill();
  t.equal(fs.readdirSync(directory).length, 1, 'it could not clean up');
  const lock = await lockDirectory(directory);
  t.equal(fs.readdirSync(directory).length, 1, 'its file is gone, ours is there');
  await lock.release();
});

t.test('a path too long for a socket works where the system offers a way round', async (t) => {
  const directory = path.join(t.testdir({}), 'd'.repeat(120));
  fs.mkdirSync(directory);
  if (process.platform !== 'linux') {
    await t.rejects(lockDirectory(directory), { message: /too long/ });
    return;
  }
  const lock = await lockDirectory(directory);
  await t.rejects(lockDirectory(directory), { message: /in use/ });
  await lock.release();
});

t.test('of many processes that take over from dead ones at the same moment, exactly one wins', async (t) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'timbrel-lock-'));
  t.teardown(() => fs.rmSync(directory, { recursive: true }));
  const children = Array.from({ length: 6 }, () => new Child(t, fixture, [directory]));
  await Promise.all(children.map((child) => child.lineAfter(0)));
  for (let round = 0; round < 25; round++) {
    await leaveStaleLock(directory, `lock-0-${round}-a`);
    await leaveStaleLock(directory, `lock-zz-${round}-b`);
    const outcomes = await Promise.all(children.map((child) => tell(child, 'go')));
    t.equal(outcomes.filter((outcome) => outcome === 'locked').length, 1, `round ${round}: ${outcomes}`);
    await Promise.all(children.map((child) => tell(child, 'release')));
    t.same(fs.readdirSync(directory), []);
  }
});
