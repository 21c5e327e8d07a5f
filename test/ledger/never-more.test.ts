import t from 'tap';
import { QuotaEngine } from '../../src/core/quota/engine.js';
import { systemClock } from '../../src/platform/clock.js';
import { checkConservation } from '../support/conservation.js';
import { testDatabase } from '../support/database.js';
import { createAccount, grantStamps, stampRequest } from '../support/stamping.js';

const database = await testDatabase(t);
/** Two processes, as far as lanes know: they meet in the database only. */
const engines = [new QuotaEngine(database, systemClock), new QuotaEngine(database, systemClock)] as const;

checkConservation(t, database);

t.test('promise 2: of 1,000 callers for one stamp, one gets it', async (t) => {
  const account = await createAccount(database, 1);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 1_000 }, (_, n) =>
      engines[n % 2 ? 1 : 0].commitStamp(stampRequest(account, `${t.name} ${n}`)),
    ),
  );
  const stamped = outcomes.filter(({ status }) => status === 'fulfilled');
  t.equal(stamped.length, 1);
  t.match(stamped[0], { value: { outcome: 'stamped', available: 0n } });
  const refused = outcomes.filter(
    (outcome) => outcome.status === 'rejected' && outcome.reason.code === 'insufficient_stamps',
  );
  t.equal(refused.length, 999);
  t.equal(await database.prisma.stamp.count({ where: { accountId: account.accountId } }), 1);
});

t.test('promise 2: an account is used up to exactly zero', async (t) => {
  const account = await createAccount(database, 700);
  const left: bigint[] = [];
  let refused = 0;
  const call = async (caller: number) => {
    for (let n = 0; ; n++) {
      try {
        left.push(
          (await engines[caller % 2 ? 1 : 0].commitStamp(stampRequest(account, `${t.name} ${caller} ${n}`))).available,
        );
      } catch (error) {
        t.match(error, { code: 'insufficient_stamps', status: 402 });
        refused += 1;
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: 64 }, (_, caller) => call(caller)));
  t.equal(refused, 64);
  t.same(
    left.map(Number).sort((a, b) => b - a),
    Array.from({ length: 700 }, (_, n) => 699 - n),
    'every balance was told once',
  );
  t.equal(await database.prisma.stamp.count({ where: { accountId: account.accountId } }), 700);
});

t.test('promise 2: a top-up beside stamping is neither lost nor used twice', async (t) => {
  const account = await createAccount(database, 10);
  const stamp = (n: number) => engines[n % 2 ? 1 : 0].commitStamp(stampRequest(account, `${t.name} ${n}`));
  const [outcomes] = await Promise.all([
    Promise.allSettled(Array.from({ length: 200 }, (_, n) => stamp(n))),
    ...Array.from({ length: 10 }, () => grantStamps(database, account, 5)),
  ]);
  const rest = await Promise.allSettled(Array.from({ length: 60 }, (_, n) => stamp(1_000 + n)));
  t.equal([...outcomes, ...rest].filter(({ status }) => status === 'fulfilled').length, 60);
});
