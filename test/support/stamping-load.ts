/**
 * A process that stamps as fast as it can until it is killed: `stamping-load.ts <location> <account> <name> <callers>`.
 * Prints `ready`, then `asked <n>` before and `stamped <n> <id>` after each document, written to the pipe at once.
 */
import { writeSync } from 'node:fs';
import { QuotaEngine } from '../../src/core/quota/engine.js';
import { systemClock } from '../../src/platform/clock.js';
import { openDatabase } from '../../src/platform/db/database.js';
import { loadRequest } from './stamping.js';

const [location = '', account = '', name = '', callers = ''] = process.argv.slice(2);
const engine = new QuotaEngine(await openDatabase(JSON.parse(location)), systemClock);
let next = 0;

async function call(): Promise<void> {
  for (;;) {
    const n = next++;
    writeSync(1, `asked ${n}\n`);
    const { stamp } = await engine.commitStamp(loadRequest(JSON.parse(account), name, n));
    writeSync(1, `stamped ${n} ${stamp.id}\n`);
  }
}

writeSync(1, 'ready\n');
await Promise.all(Array.from({ length: Number(callers) }, call));
