/**
 * Promises 1 and 14: random histories do to the database what they do to a model of a page. A failure prints the seed and
 * the shortest history that fails; `MODEL_SEED=<seed>` runs it again.
 */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { Ledger } from '../../src/core/ledger/ledger.js';
import { QuotaEngine } from '../../src/core/quota/engine.js';
import { systemClock } from '../../src/platform/clock.js';
import { type Tx, UnitOfWork } from '../../src/platform/db/unit-of-work.js';
import { newId } from '../../src/platform/ids.js';
import { Problem } from '../../src/problems.js';
import { checkConservation } from '../support/conservation.js';
import { testDatabase } from '../support/database.js';
import {
  createAccount,
  createCustomer,
  grantStamps,
  sha256,
  stampRequest,
  type TestAccount,
} from '../support/stamping.js';
import { customerOf, type MoveAsked, ReferenceModel, type StampAsked } from './reference-model.js';

type Operation =
  | { do: 'stamp' | 'look'; engine: number; asked: StampAsked }
  | { do: 'burst'; account: number; asked: Pick<StampAsked, 'document' | 'attributes'>[] }
  | { do: 'grant'; to: number; amount: number }
  | { do: 'transfer' | 'pend'; move: MoveAsked }
  | { do: 'settle'; place: number; how: 'post' | 'void' }
  | { do: 'block'; account: number; blocked: boolean };

const account = fc.nat(3);
const amount = fc.integer({ min: 1, max: 4 });
const document = fc.nat(11);
const attributes = fc.constantFrom(0, 0, 0, 1);
const key = fc.option(fc.nat(4));
const asked = fc.record({ account, key, document, attributes });
const move = fc.record({ from: account, to: account, amount }).filter(({ from, to }) => from !== to);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constantFrom('stamp' as const, 'look' as const), engine: fc.nat(1), asked }),
  },
  // At once and in one batch. Without keys, because with them a batch may take two requests in another order.
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('burst' as const),
      account,
      asked: fc.array(fc.record({ document, attributes }), { minLength: 2, maxLength: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('grant' as const), to: account, amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('transfer' as const, 'pend' as const), move }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      place: fc.nat(5),
      how: fc.constantFrom('post' as const, 'void' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('block' as const), account, blocked: fc.boolean() }) },
);

const database = await testDatabase(t);
const unitOfWork = new UnitOfWork(database);
const ledger = new Ledger(systemClock);
const engines = [new QuotaEngine(database, systemClock), new QuotaEngine(database, systemClock)];

/** One history's accounts and documents in the database, doing the same operations as the model. */
class System {
  readonly #run = newId();
  readonly #pending: string[] = [];
  constructor(readonly accounts: TestAccount[]) {}

  request({ account: place, key: number, document: name, attributes: variant }: StampAsked) {
    const attributesDigest = sha256(`${variant}`);
    const idempotencyKey = number === null ? null : `${number}`;
    return stampRequest(this.accounts[place]!, `${this.#run} ${name}`, { idempotencyKey, attributesDigest });
  }

  async move(kind: 'transfer' | 'pend', { from, to, amount: moved }: MoveAsked): Promise<string> {
    const movement = {
      from: this.accounts[from]!.accountId,
      to: this.accounts[to]!.accountId,
      amount: BigInt(moved),
      kind: 'transfer',
      actor: 'test',
    };
    return outcome(async () => {
      const { transfer } = await unitOfWork.run((tx: Tx) => ledger[kind](tx, movement));
      if (kind === 'pend') this.#pending.push(transfer.id);
    });
  }

  settle(place: number, how: 'post' | 'void'): Promise<string> {
    return outcome(() => unitOfWork.run((tx) => ledger[how](tx, this.#pending[place]!)));
  }

  get pending(): number {
    return this.#pending.length;
  }
}

async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    const result = await work();
    return (result as { outcome?: string } | undefined)?.outcome ?? 'done';
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

/** Does one operation to both; what they answered, to be compared. */
async function apply(
  step: Operation,
  system: System,
  model: ReferenceModel,
): Promise<[actual: unknown, expected: unknown]> {
  switch (step.do) {
    case 'stamp':
      return [
        await outcome(() => engines[step.engine]!.commitStamp(system.request(step.asked))),
        model.stamp(step.asked),
      ];
    case 'look': {
      const actual = await outcome(
        async () => (await engines[step.engine]!.findEarlier(system.request(step.asked))) ?? { outcome: null },
      );
      return [actual, model.lookUp(step.asked) ?? 'done'];
    }
    case 'burst': {
      const all = step.asked.map((one) => ({ ...one, account: step.account, key: null }));
      const actual = await Promise.all(all.map((one) => outcome(() => engines[0]!.commitStamp(system.request(one)))));
      return [actual, all.map((one) => model.stamp(one))];
    }
    case 'grant':
      return [
        await outcome(() => grantStamps(database, system.accounts[step.to]!, step.amount).then(() => {})),
        model.grant(step.to, step.amount),
      ];
    case 'transfer':
    case 'pend':
      return [await system.move(step.do, step.move), model[step.do](step.move)];
    case 'settle':
      if (step.place >= system.pending) return [null, null];
      return [await system.settle(step.place, step.how), model.settle(step.place, step.how)];
    case 'block': {
      const { accountId: id } = system.accounts[step.account]!;
      await database.prisma.stampingAccount.update({
        where: { id },
        data: { status: step.blocked ? 'blocked' : 'active' },
      });
      return ['done', model.block(step.account, step.blocked)];
    }
  }
}

async function history(t: Test, steps: Operation[]): Promise<void> {
  const customers = [await createCustomer(database), await createCustomer(database)];
  const accounts = [];
  for (const place of [0, 1, 2, 3]) accounts.push(await createAccount(database, 0, customers[customerOf(place)]));
  const [system, model] = [new System(accounts), new ReferenceModel()];
  for (const [n, step] of steps.entries()) {
    const [actual, expected] = await apply(step, system, model);
    if (JSON.stringify(actual) !== JSON.stringify(expected)) {
      throw new Error(
        `step ${n}: ${JSON.stringify(step)} gave ${JSON.stringify(actual)}, the model ${JSON.stringify(expected)}`,
      );
    }
  }
  for (const [place, { accountId }] of accounts.entries()) {
    const row = await database.prisma.ledgerAccount.findUniqueOrThrow({ where: { id: accountId } });
    const { blocked, ...balance } = model.accounts[place]!;
    const stored = {
      available: Number(row.available),
      reserved: Number(row.reserved),
      consumed: Number(row.consumed),
      inflow: Number(row.inflow),
    };
    t.same(stored, balance, `balance of account ${place}`);
  }
}

checkConservation(t, database);

t.test('promises 1 and 14: the same history leads to the same state as the model', async (t) => {
  const seed = process.env.MODEL_SEED ? { seed: Number(process.env.MODEL_SEED) } : {};
  const histories = fc.array(operation, { minLength: 20, maxLength: 60, size: 'max' });
  await fc.assert(
    fc.asyncProperty(histories, (steps) => history(t, steps)),
    { numRuns: 8, ...seed },
  );
});
