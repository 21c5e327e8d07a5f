import t from 'tap';
import { audit } from '../../../src/core/ledger/audit.js';
import { Ledger } from '../../../src/core/ledger/ledger.js';
import { QuotaEngine } from '../../../src/core/quota/engine.js';
import { systemClock } from '../../../src/platform/clock.js';
import { UnitOfWork } from '../../../src/platform/db/unit-of-work.js';
import { testDatabase } from '../../support/database.js';
import { createAccount, stampRequest } from '../../support/stamping.js';

const database = await testDatabase(t);

/** Fields that the audit finds wrong, sorted. */
async function wrongFields(): Promise<string[]> {
  const fields = [];
  for await (const { field } of audit(database.pool))
    fields.push(field.replace(/[0-9a-f-]{36}/, 'ID').replace(/\d{4}-\d\d-\d\d/, 'DAY'));
  return fields.sort();
}

const account = await createAccount(database, 10);
const other = await createAccount(database, 10);
const engine = new QuotaEngine(database, systemClock);
for (const document of ['a', 'b', 'c']) await engine.commitStamp(stampRequest(account, document));
await new UnitOfWork(database).run(async (tx) => {
  const { transfer } = await new Ledger(systemClock).pend(tx, {
    from: account.accountId,
    to: other.accountId,
    amount: 2n,
    kind: 'transfer',
    actor: 'test',
  });
  return transfer;
});

t.test('finds nothing where nothing is wrong', async (t) => {
  t.same(await wrongFields(), []);
});

/** What somebody with the database's password might do, and what the audit says then. */
const corruptions: [what: string, statement: string, fields: string[]][] = [
  [
    'a balance raised',
    `UPDATE ledger_account SET available = available + 1, inflow = inflow + 1 WHERE id = $1`,
    ['available', 'inflow', 'inflow_of_all'],
  ],
  [
    'a stamp given back',
    `UPDATE ledger_account SET available = available + 1, consumed = consumed - 1 WHERE id = $1`,
    ['available', 'consumed', 'stamps'],
  ],
  [
    'a reservation forgotten',
    `UPDATE ledger_account SET available = available + 1, reserved = reserved - 1 WHERE id = $1`,
    ['available', 'held', 'reserved'],
  ],
  ['a number skipped', 'UPDATE ledger_account SET seq = seq + 1 WHERE id = $1', ['entries', 'seq']],
  ['an entry lost', `DELETE FROM ledger_entry WHERE account_id = $1 AND seq = 2`, ['available', 'consumed', 'entries']],
  [
    'an order turned round',
    `UPDATE ledger_entry SET seq = CASE seq WHEN 1 THEN 4 WHEN 4 THEN 1 END WHERE account_id = $1 AND seq IN (1, 4)`,
    ['lowest_available'],
  ],
  [
    'a stamp lost',
    `DELETE FROM stamp WHERE account_id = $1 AND fingerprint = sha256('a')`,
    ['counter DAY EKU9003173C9 I', 'stamps'],
  ],
  [
    'a document lost',
    'DELETE FROM stamp_document WHERE stamp_id = (SELECT id FROM stamp WHERE account_id = $1 LIMIT 1)',
    ['documents'],
  ],
  [
    'a counter raised',
    'UPDATE consumption_counter SET count = count + 1 WHERE account_id = $1',
    ['counter DAY EKU9003173C9 I'],
  ],
  [
    'a transfer changed',
    `UPDATE ledger_transfer SET amount = amount + 1 WHERE from_account_id = $1`,
    ['available of transfer ID', 'held'],
  ],
  [
    'a transfer settled by hand',
    `UPDATE ledger_transfer SET state = 'voided', settled_at = now() WHERE from_account_id = $1`,
    ['available of transfer ID', 'held'],
  ],
];

const tables = ['ledger_entry', 'stamp', 'stamp_document', 'consumption_counter', 'ledger_transfer'];

for (const [what, statement, fields] of corruptions) {
  t.test(`finds ${what}`, async (t) => {
    // As the owner of the tables, with the trigger off. Not in a transaction, which the audit's connection would not see.
    const run = (sql: string) => database.pool.query(sql);
    await run('ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_append_only');
    for (const table of ['ledger_account', ...tables])
      await run(`CREATE TABLE before_${table} AS SELECT * FROM ${table}`);
    await database.pool.query(statement, [account.accountId]);
    t.same(await wrongFields(), fields);
    for (const table of tables) await run(`DELETE FROM ${table}`);
    for (const table of tables) await run(`INSERT INTO ${table} SELECT * FROM before_${table}`);
    await run(`UPDATE ledger_account l SET available = b.available, reserved = b.reserved, consumed = b.consumed,
      inflow = b.inflow, seq = b.seq FROM before_ledger_account b WHERE b.id = l.id`);
    for (const table of ['ledger_account', ...tables]) await run(`DROP TABLE before_${table}`);
    await run('ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_append_only');
    t.same(await wrongFields(), []);
  });
}
