import t from 'tap';
import { openLedgerAccount, platformAccounts, readBalance } from '../../../src/core/ledger/accounts.js';
import { readEntries } from '../../../src/core/ledger/entries.js';
import { Ledger } from '../../../src/core/ledger/ledger.js';
import { systemClock } from '../../../src/platform/clock.js';
import type { Tx } from '../../../src/platform/db/unit-of-work.js';
import { UnitOfWork } from '../../../src/platform/db/unit-of-work.js';
import { newId } from '../../../src/platform/ids.js';
import { checkConservation } from '../../support/conservation.js';
import { testDatabase } from '../../support/database.js';
import { createAccount, createCustomer, type TestAccount } from '../../support/stamping.js';

const database = await testDatabase(t);
const ledger = new Ledger(systemClock);
const unitOfWork = new UnitOfWork(database);
const run = <T>(work: (tx: Tx) => Promise<T>) => unitOfWork.run(work);
const balance = ({ customerId, accountId }: TestAccount) =>
  unitOfWork.read((tx) => readBalance(tx, customerId, accountId));
const move = (from: TestAccount, to: TestAccount, amount: bigint) => ({
  from: from.accountId,
  to: to.accountId,
  amount,
  kind: 'transfer',
  actor: 'test',
});

checkConservation(t, database);

t.test('a grant comes from the platform and is in the history of both', async (t) => {
  const account = await createAccount(database, 0);
  const before = (await database.prisma.ledgerAccount.findUniqueOrThrow({ where: { id: platformAccounts.sandbox } }))
    .available;
  const { transfer } = await run((tx) =>
    ledger.grant(tx, { to: account.accountId, amount: 100n, actor: 'prf_1', reason: 'trial' }),
  );
  t.match(transfer, {
    kind: 'grant',
    state: 'posted',
    amount: 100n,
    reason: 'trial',
    fromAccountId: platformAccounts.sandbox,
  });
  t.same(await balance(account), { available: 100n, reserved: 0n, consumed: 0n, inflow: 100n, seq: 1n });
  const platform = await database.prisma.ledgerAccount.findUniqueOrThrow({ where: { id: platformAccounts.sandbox } });
  t.equal(platform.available, before - 100n);
  const [line] = await unitOfWork.read((tx) => readEntries(tx, account.customerId, account.accountId, { limit: 10 }));
  t.match(line, {
    seq: 1n,
    kind: 'grant',
    transferId: transfer.id,
    available: 100n,
    reserved: 0n,
    consumed: 0n,
    inflow: 100n,
  });
  const [event] = await database.prisma.event.findMany({ where: { customerId: account.customerId } });
  t.match(event, { type: 'transfer.posted', actor: 'prf_1', data: { kind: 'grant', direction: 'in', amount: 100 } });
});

t.test('a transfer moves between accounts and tells both customers their side', async (t) => {
  const [from, to] = [await createAccount(database, 10), await createAccount(database, 0)];
  await run((tx) => ledger.transfer(tx, move(from, to, 4n)));
  t.match(await balance(from), { available: 6n, inflow: 6n, seq: 2n });
  t.match(await balance(to), { available: 4n, inflow: 4n, seq: 1n });
  const events = await database.prisma.event.findMany({
    where: { customerId: { in: [from.customerId, to.customerId] } },
  });
  t.same(
    events
      .filter(({ data }) => (data as { kind: string }).kind === 'transfer')
      .map(({ customerId, data }) => [customerId, (data as { direction: string }).direction])
      .sort(),
    [
      [from.customerId, 'out'],
      [to.customerId, 'in'],
    ].sort(),
  );
});

t.test('promise 2: nothing is moved that is not there, and a refusal writes nothing', async (t) => {
  const [from, to] = [await createAccount(database, 10), await createAccount(database, 0)];
  const refusal = { code: 'insufficient_balance', status: 402, options: { params: { available: 10, amount: 11 } } };
  await t.rejects(
    run((tx) => ledger.transfer(tx, move(from, to, 11n))),
    refusal,
  );
  await t.rejects(
    run((tx) => ledger.pend(tx, move(from, to, 11n))),
    refusal,
  );
  t.match(await balance(from), { available: 10n, reserved: 0n, seq: 1n });
  const raced = await Promise.allSettled(
    Array.from({ length: 20 }, () => run((tx) => ledger.transfer(tx, move(from, to, 1n)))),
  );
  t.equal(raced.filter(({ status }) => status === 'fulfilled').length, 10);
  t.match(await balance(from), { available: 0n });
});

t.test('amounts are positive and fit a JSON number; both accounts are of one kind', async (t) => {
  const [from, to] = [await createAccount(database, 10), await createAccount(database, 0)];
  for (const amount of [0n, -1n, BigInt(Number.MAX_SAFE_INTEGER) + 1n]) {
    await t.rejects(
      run((tx) => ledger.transfer(tx, move(from, to, amount))),
      RangeError,
    );
  }
  await t.rejects(
    run((tx) => ledger.transfer(tx, move(from, from, 1n))),
    /two accounts/,
  );
  const production = newId();
  const { customerId } = from;
  const account = { id: production, customerId, unit: 'stamp', environment: 'production' } as const;
  await run((tx) => openLedgerAccount(tx, account, systemClock.now()));
  await t.rejects(
    run((tx) => ledger.transfer(tx, { ...move(from, to, 1n), to: production })),
    /same unit and environment/,
  );
  await t.rejects(
    run((tx) => ledger.transfer(tx, { ...move(from, to, 1n), to: newId() })),
    /does not exist/,
  );
});

t.test('points are the same machine', async (t) => {
  const customerId = await createCustomer(database);
  const wallet = { id: newId(), customerId, unit: 'centipoint', environment: null } as const;
  await run((tx) => openLedgerAccount(tx, wallet, systemClock.now()));
  await run((tx) => ledger.grant(tx, { to: wallet.id, amount: 12_345n, actor: 'test' }));
  t.match(await balance({ customerId, accountId: wallet.id, environment: 'sandbox' }), { available: 12_345n });
});

t.test('a pending transfer holds its amount until it is posted or voided', async (t) => {
  const [from, to] = [await createAccount(database, 10), await createAccount(database, 0)];
  const first = await run((tx) => ledger.pend(tx, move(from, to, 3n)));
  t.match(await balance(from), { available: 7n, reserved: 3n, inflow: 10n });
  t.match(await balance(to), { available: 0n });
  const posted = await run((tx) => ledger.post(tx, first.transfer.id));
  t.match(posted.transfer, { state: 'posted' });
  t.ok(posted.transfer.settledAt);
  t.match(await balance(from), { available: 7n, reserved: 0n, inflow: 7n });
  t.match(await balance(to), { available: 3n, inflow: 3n });
  const second = await run((tx) => ledger.pend(tx, move(from, to, 5n)));
  await run((tx) => ledger.void(tx, second.transfer.id));
  t.match(await balance(from), { available: 7n, reserved: 0n, inflow: 7n });
  t.match(await balance(to), { available: 3n });
});

t.test('promise 7: raced pairwise, a transfer is settled once', async (t) => {
  const [from, to] = [await createAccount(database, 100), await createAccount(database, 0)];
  const post = (id: string) => run((tx) => ledger.post(tx, id));
  const voids = (id: string) => run((tx) => ledger.void(tx, id));
  for (const [one, other] of [
    [post, voids],
    [voids, post],
    [post, post],
    [voids, voids],
  ] as const) {
    for (let round = 0; round < 5; round++) {
      const { transfer } = await run((tx) => ledger.pend(tx, move(from, to, 1n)));
      const outcomes = await Promise.allSettled([one(transfer.id), other(transfer.id)]);
      t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, 'one winner');
      t.match(
        outcomes.find(({ status }) => status === 'rejected'),
        { reason: { code: 'transfer_settled', status: 409 } },
      );
    }
  }
});

t.test('promise 12: the order of entries is the order of commits, and they add up at every prefix', async (t) => {
  const accounts = [
    await createAccount(database, 50),
    await createAccount(database, 50),
    await createAccount(database, 50),
  ];
  await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      run((tx) => ledger.transfer(tx, move(accounts[n % 3]!, accounts[(n + 1 + (n % 2)) % 3]!, 1n))),
    ),
  );
  for (const account of accounts) {
    const { customerId, accountId } = account;
    const newest = await unitOfWork.read((tx) => readEntries(tx, customerId, accountId, { limit: 3 }));
    const [, , third] = newest;
    const older = await unitOfWork.read((tx) =>
      readEntries(tx, customerId, accountId, { before: third!.seq, limit: 1_000 }),
    );
    const lines = [...newest, ...older].reverse();
    t.same(
      lines.map(({ seq }) => seq),
      lines.map((_, n) => BigInt(n + 1)),
      'numbered without a gap, pages meet',
    );
    let available = 0n;
    for (const line of lines) {
      available += line.available;
      t.ok(available >= 0n && line.available + line.reserved + line.consumed === line.inflow);
    }
    t.equal(available, (await balance(account))!.available);
  }
});

t.test('promise 13: a balance and a history are read by their customer only', async (t) => {
  const [mine, theirs] = [await createAccount(database, 10), await createAccount(database, 0)];
  t.equal(await unitOfWork.read((tx) => readBalance(tx, theirs.customerId, mine.accountId)), null);
  t.same(await unitOfWork.read((tx) => readEntries(tx, theirs.customerId, mine.accountId, { limit: 10 })), []);
});

t.test('history is written once: entries and events refuse changes', async (t) => {
  await createAccount(database, 10);
  for (const table of ['ledger_entry', 'event']) {
    for (const statement of [`UPDATE ${table} SET created_at = now()`, `DELETE FROM ${table}`]) {
      await t.rejects(database.pool.query(statement), /append-only/, statement);
    }
  }
});
