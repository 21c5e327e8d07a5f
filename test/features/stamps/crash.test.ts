/**
 * Promises 5, 6, 8 and 17 as a client meets them: tills stamp over HTTP while the server is killed, told to stop, or
 * one of two. On a server database and on an embedded one, whose database dies with the process.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { assertConserved } from '../../support/conservation.js';
import { testServerUrl } from '../../support/database.js';
import { Installation } from '../../support/installation.js';
import { type Outcome, type Sale, type StampAnswer, Till } from '../../support/till.js';

const kills = 3;
const tills = 32;

const installation = await Installation.make(t);
const { authorization } = installation.stampers[0]!;
/** Every document that was ever sent, with the stamp that a client knows of. */
const known = new Map<Sale, StampAnswer | null>();

/** A new document; every second one without a key, as the document alone guards a retry. */
function newSale(): Sale {
  const sale = { xml: installation.cfdi(), key: known.size % 2 ? `sale-${known.size}` : null };
  known.set(sale, null);
  return sale;
}

/** The stamp in an answer, if it is one. */
function stampIn(outcome: Outcome): StampAnswer | null {
  return outcome.kind === 'answered' && outcome.status === 201 ? outcome.body : null;
}

/** Keeps tills stamping new documents until each of them hears no more, or that the server is stopping. */
class Rush {
  readonly outcomes: Outcome[] = [];
  readonly over: Promise<unknown>;

  constructor(origin: string) {
    this.over = Promise.all(Array.from({ length: tills }, () => this.#stampOn(new Till(origin, authorization))));
  }

  get stamped(): number {
    return this.outcomes.filter(stampIn).length;
  }

  async #stampOn(till: Till): Promise<void> {
    for (;;) {
      const sale = newSale();
      const outcome = await till.stamp(sale);
      this.outcomes.push(outcome);
      const stamp = stampIn(outcome);
      if (stamp === null) break;
      known.set(sale, stamp);
    }
    till.close();
  }

  /** Requests that the server had begun with and did not answer. */
  get dropped(): Outcome[] {
    return this.outcomes.filter((outcome) => outcome.kind === 'unanswered' && outcome.accepted);
  }

  /** Waits until so many documents were stamped, or every till has given up, and then for a moment of chance. */
  async underway(stamped: number): Promise<void> {
    while (this.stamped < stamped && this.outcomes.length < this.stamped + tills) await sleep(1);
    await sleep(randomInt(10));
  }
}

/** Sends every document again. Whoever had a stamp hears of the same; the others get theirs, now or from before. */
async function sendAllAgain(t: Test, origin: string): Promise<void> {
  const sales = [...known];
  const wrong: unknown[] = [];
  const count = { told: 0, committed: 0, stamped: 0 };
  const sendOn = async (till: Till) => {
    for (let next = sales.shift(); next !== undefined; next = sales.shift()) {
      const [sale, before] = next;
      const outcome = await till.stamp(sale);
      const stamp = stampIn(outcome);
      known.set(sale, stamp ?? before);
      if (before !== null) count.told += 1;
      else if (stamp?.replayed) count.committed += 1;
      else count.stamped += 1;
      const same = before === null || (stamp?.replayed && stamp.uuid === before.uuid && stamp.xml === before.xml);
      if (stamp === null || !same) wrong.push({ known: before?.uuid, told: stamp?.uuid ?? outcome });
    }
    till.close();
  };
  await Promise.all(Array.from({ length: tills }, () => sendOn(new Till(origin, authorization))));
  t.same(wrong.slice(0, 3), [], 'every document has its stamp, and every stamp that a client knew of is still the one');
  t.comment(`${count.told} known, ${count.committed} committed but not acknowledged, ${count.stamped} stamped now`);
}

/** Every document that was sent has one stamp and was charged once, and nothing is there in part. */
async function assertOneStampEach(t: Test): Promise<void> {
  const uuids = [...known.values()].map((stamp) => stamp?.uuid);
  t.equal(new Set(uuids).size, known.size, 'each document has a stamp of its own');
  await installation.withDatabase(async (database) => {
    await assertConserved(t, database);
    const { rows } = await database.pool.query(`
      SELECT (SELECT consumed FROM ledger_account WHERE id = '${installation.stampers[0]!.accountId}')::int AS consumed,
        (SELECT count(*) FROM stamp WHERE state = 'posted')::int AS stamps,
        (SELECT count(*) FROM stamp_document)::int AS documents,
        (SELECT count(*) FROM ledger_entry WHERE kind = 'stamp')::int AS entries,
        (SELECT count(*) FROM event WHERE type = 'stamp.posted')::int AS events`);
    const all = known.size;
    t.same(rows, [{ consumed: all, stamps: all, documents: all, entries: all, events: all }]);
  });
}

t.test('promises 5 and 6: killed under load, nothing acknowledged is lost and nothing is charged twice', async (t) => {
  for (let kill = 0; kill < kills; kill++) {
    const server = await installation.start(t);
    // What the last kill left open is found out while new documents come in.
    const again = sendAllAgain(t, server.origin);
    const rush = new Rush(server.origin);
    await again;
    await rush.underway(randomInt(tills, 4 * tills));
    await server.kill();
    await rush.over;
    t.not(rush.dropped.length, 0, 'it was killed under load');
  }
  const server = await installation.start(t);
  await sendAllAgain(t, server.origin);
  t.equal(await server.stop(), 0);
  await assertOneStampEach(t);
});

t.test('promise 17: told to stop under load, it answers what it accepted, and leaves', async (t) => {
  const server = await installation.start(t);
  const rush = new Rush(server.origin);
  await rush.underway(2 * tills);
  const before = rush.stamped;
  t.equal(await server.stop(), 0);
  await rush.over;
  t.ok(rush.stamped > before, 'it was told under load');
  t.equal(rush.dropped.length, 0, 'what it accepted is answered');
  const refusals = rush.outcomes.flatMap((one) => (one.kind === 'answered' && one.status !== 201 ? [one.body] : []));
  t.same(new Set(refusals.map(({ code }) => code)), new Set(refusals.map(() => 'service_unavailable')));
  // Whoever was not told has no stamp: nothing may be there that nobody knows of.
  for (const [sale, stamp] of known) if (stamp === null) known.delete(sale);
  await assertOneStampEach(t);
});

t.test(
  'promise 8: two servers get the same documents at once',
  {
    skip: testServerUrl ? false : 'an embedded database belongs to one process',
  },
  async (t) => {
    const servers = await Promise.all([installation.start(t), installation.start(t)]);
    const sales = Array.from({ length: 100 }, newSale);
    const answers = await Promise.all(
      sales.flatMap((sale) => servers.map(({ origin }) => new Till(origin, authorization).stamp(sale))),
    );
    const stamps = answers.map(stampIn);
    const wrong = sales.filter((sale, n) => {
      const [one, other] = [stamps[2 * n], stamps[2 * n + 1]];
      known.set(sale, one ?? null);
      return !one?.uuid || one.uuid !== other?.uuid || one.replayed === other.replayed;
    });
    t.equal(wrong.length, 0, 'one of them stamps, the other hands out that stamp');
    t.same(await Promise.all(servers.map((server) => server.stop())), [0, 0]);
    await assertOneStampEach(t);
  },
);
