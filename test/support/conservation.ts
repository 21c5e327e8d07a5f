import type { Test } from 'tap';
import { audit } from '../../src/core/ledger/audit.js';
import type { Database } from '../../src/platform/db/database.js';

/** Promise 1: after every test, each balance, transfer and counter is what its history adds up to. */
export function checkConservation(t: Test, database: Database): void {
  t.afterEach(async (test) => {
    for await (const difference of audit(database.pool)) test.fail('promise 1: the ledger adds up', { difference });
  });
}

/** The same once, for tests that are not made of subtests. */
export async function assertConserved(t: Test, database: Database): Promise<void> {
  const differences = [];
  for await (const difference of audit(database.pool)) differences.push(difference);
  t.same(differences, [], 'promise 1: the ledger adds up');
}
