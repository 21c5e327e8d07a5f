import { randomBytes } from 'node:crypto';
import t from 'tap';
import {
  type BoxContext,
  Keyring,
  SealedBoxError,
  SealedBoxes,
  sealedBoxKeyId,
} from '../../../src/platform/secrets/index.js';

const master = randomBytes(32);
const boxesOf = (...masters: Buffer[]) => new SealedBoxes(new Keyring(masters.map((key) => Buffer.from(key))));
const boxes = boxesOf(master);
const place: BoxContext = { purpose: 'csd-private-key', table: 'certificate', row: 'a', tenant: 'c1' };
const secret = randomBytes(1200);

t.test('a box opens where it belongs, and every box differs', async (t) => {
  for (const content of [secret, Buffer.alloc(0), Buffer.from('x')]) {
    t.ok(boxes.open(boxes.seal(content, place), place).equals(content));
  }
  const [one, other] = [boxes.seal(secret, place), boxes.seal(secret, place)];
  t.notOk(one.subarray(9).equals(other.subarray(9)));
  t.equal(one.indexOf(secret.subarray(0, 16)), -1);
});

t.test('a box from the database, a view into a larger buffer, opens as well', async (t) => {
  const box = boxes.seal(secret, place);
  const around = new Uint8Array(box.length + 20);
  around.set(box, 10);
  t.ok(boxes.open(around.subarray(10, 10 + box.length), place).equals(secret));
});

t.test('a box moved to another row, table, tenant or purpose does not open', async (t) => {
  const box = boxes.seal(secret, place);
  for (const moved of [
    { ...place, row: 'b' },
    { ...place, table: 'sandbox_authority' },
    { ...place, tenant: 'c2' },
    { ...place, purpose: 'pfx' },
    { ...place, purpose: 'csd-private-key","certificate', table: 'a', row: 'c1', tenant: '' },
    { ...place, table: 'certificatea', row: '' },
  ]) {
    t.throws(() => boxes.open(box, moved), new SealedBoxError('wrong_place_or_damaged'));
  }
});

t.test('the contents of two rows swapped under their own wrapped keys do not open', async (t) => {
  const [a, b] = [boxes.seal(secret, place), boxes.seal(secret, place)];
  const crossed = Buffer.concat([a.subarray(0, 69), b.subarray(69)]);
  t.throws(() => boxes.open(crossed, place), new SealedBoxError('wrong_place_or_damaged'));
});

t.test('any flipped bit and any cut is refused with a coded error', async (t) => {
  const box = boxes.seal(Buffer.from('a short secret'), place);
  for (let at = 0; at < box.length; at++) {
    const flipped = Buffer.from(box);
    flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
    t.throws(() => boxes.open(flipped, place), SealedBoxError, `byte ${at}`);
    t.throws(() => boxes.open(box.subarray(0, at), place), SealedBoxError, `cut at ${at}`);
  }
});

t.test('the key id is kept: old boxes open while masters rotate, new ones are made with the new', async (t) => {
  const next = randomBytes(32);
  const old = boxes.seal(secret, place);
  const rotating = boxesOf(next, master);
  t.ok(rotating.open(old, place).equals(secret));
  const fresh = rotating.seal(secret, place);
  t.not(sealedBoxKeyId(fresh), sealedBoxKeyId(old));
  t.ok(boxesOf(next).open(fresh, place).equals(secret));
  t.throws(() => boxesOf(next).open(old, place), new SealedBoxError('unknown_key'));
});
