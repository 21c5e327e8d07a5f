import t from 'tap';
import { FixedClock } from '../../src/platform/clock.js';
import { fromPublicId, newId, toPublicId } from '../../src/platform/ids.js';

t.test('a new id is a UUIDv7 that carries the instant of its clock', async (t) => {
  const at = new Date('2026-03-04T05:06:07.089Z');
  const id = newId(new FixedClock(at));
  t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), at.getTime());
});

t.test('a public id leads back to its UUID, and only under its own prefix', async (t) => {
  for (const uuid of [newId(), '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']) {
    const text = toPublicId('sta', uuid);
    t.match(text, /^sta_[0-9a-z]{26}$/);
    t.equal(fromPublicId('sta', text), uuid);
    t.equal(fromPublicId('stm', text), null);
  }
});

t.test('what is no public id is null, never an error', async (t) => {
  const good = toPublicId('sta', newId());
  for (const bad of [
    '',
    'sta_',
    good.toUpperCase(),
    `${good}0`,
    good.slice(1),
    'sta_8zzzzzzzzzzzzzzzzzzzzzzzzz',
    `${good}\n`,
  ])
    t.equal(fromPublicId('sta', bad), null, JSON.stringify(bad));
});
