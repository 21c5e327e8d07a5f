import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { satReference, withoutReference } from '../support/sat-reference.js';

const facts = 'src/core/cfdi/facts';

t.test(
  'the tables are what SAT publishes, and compiling again changes nothing',
  { skip: withoutReference },
  async (t) => {
    const target = mkdtempSync(path.join(tmpdir(), 'facts-'));
    t.teardown(() => rmSync(target, { recursive: true }));
    execFileSync(process.execPath, ['--import=tsx', 'scripts/compile-facts.ts', satReference, target]);
    t.same(readdirSync(target), readdirSync(facts));
    for (const name of readdirSync(facts))
      t.equal(readFileSync(path.join(target, name), 'utf8'), readFileSync(path.join(facts, name), 'utf8'), name);
  },
);
