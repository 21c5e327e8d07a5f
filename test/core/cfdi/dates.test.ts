import t from 'tap';
import { checkDates, issueInstants, MAX_AGE_MS, MAX_AHEAD_MS } from '../../../src/core/cfdi/dates.js';
import { instantsIn, localTime, zonesOf } from '../../../src/core/cfdi/time-zones.js';

const at = (time: string) => new Date(time);
const codes = (fecha: string, place: string, now: Date) => checkDates({ fecha, place }, now).map(({ code }) => code);

t.test('the window: 72 hours back, 5 minutes ahead, to the second', async (t) => {
  const fecha = '2026-01-15T12:00:00';
  const issued = at('2026-01-15T18:00:00Z').getTime();
  t.same(codes(fecha, '06000', new Date(issued)), []);
  t.same(codes(fecha, '06000', new Date(issued + MAX_AGE_MS)), [], 'exactly 72 hours');
  t.same(codes(fecha, '06000', new Date(issued + MAX_AGE_MS + 1)), ['401'], 'a moment later');
  t.same(codes(fecha, '06000', new Date(issued - MAX_AHEAD_MS)), [], 'exactly 5 minutes ahead');
  t.same(codes(fecha, '06000', new Date(issued - MAX_AHEAD_MS - 1)), ['401'], 'a moment more');
  const [late] = checkDates({ fecha, place: '06000' }, new Date(issued + 100 * 3_600_000));
  t.match(late, {
    path: '/cfdi:Comprobante/@Fecha',
    expected: '2026-01-16T22:00:00Z or later',
    actual: /2026-01-15T18:00:00Z/,
  });
});

t.test('403: before 2012', async (t) => {
  t.same(codes('2011-12-31T23:59:59', '06000', at('2012-01-01T08:00:00Z')), ['403']);
  t.same(codes('2012-01-01T00:00:00', '06000', at('2012-01-01T08:00:00Z')), []);
});

t.test('a postal code that does not exist', async (t) => {
  for (const place of ['00001', '00999', '6000', '060000', 'abcde', ''])
    t.same(codes('2026-01-15T12:00:00', place, at('2026-01-15T18:00:00Z')), ['CFDI40126'], place);
});

t.test('the zone is that of the place: an hour decides', async (t) => {
  const now = at('2026-01-15T18:00:00Z');
  t.same(codes('2026-01-15T13:00:00', '77500', now), [], 'Cancún is an hour ahead of Mexico City');
  t.same(codes('2026-01-15T13:00:00', '06000', now), ['401']);
  t.same(codes('2026-01-15T10:00:00', '22000', now), [], 'Tijuana is two behind');
  t.same(codes('2026-01-12T10:00:00', '22000', now), []);
  t.same(codes('2026-01-12T11:59:59', '06000', now), ['401']);
});

t.test('offsets of today, winter and summer', async (t) => {
  const places: readonly [code: string, place: string, winter: number, summer: number][] = [
    ['06000', 'Ciudad de México', -6, -6],
    ['64000', 'Monterrey', -6, -6],
    ['77500', 'Cancún', -5, -5],
    ['83000', 'Hermosillo', -7, -7],
    ['84000', 'Nogales', -7, -7],
    ['80000', 'Culiacán', -7, -7],
    ['23000', 'La Paz', -7, -7],
    ['63000', 'Tepic', -7, -7],
    ['63732', 'Bahía de Banderas', -6, -6],
    ['31000', 'Chihuahua', -6, -6],
    ['32000', 'Ciudad Juárez', -7, -6],
    ['31820', 'Ascensión', -7, -6],
    ['32880', 'Ojinaga', -6, -5],
    ['22000', 'Tijuana', -8, -7],
    ['21000', 'Mexicali', -8, -7],
    ['87300', 'Matamoros', -6, -5],
    ['88000', 'Nuevo Laredo', -6, -5],
    ['26000', 'Piedras Negras', -6, -5],
  ];
  for (const [code, place, winter, summer] of places) {
    for (const [month, hours] of [
      ['01', winter],
      ['07', summer],
    ] as const) {
      const fecha = `2026-${month}-15T12:00:00`;
      const instants = issueInstants({ fecha, place: code });
      const expected = Date.parse(`${fecha}Z`) - hours * 3_600_000;
      t.equal(instants?.earliest.getTime(), expected, `${place}, ${month}`);
      t.equal(instants?.latest.getTime(), expected, `${place}, ${month}`);
    }
  }
});

t.test('the law of October 2022 took effect when it did', async (t) => {
  const offset = (fecha: string, place: string) =>
    (Date.parse(`${fecha}Z`) - issueInstants({ fecha, place })!.earliest.getTime()) / 3_600_000;
  t.equal(offset('2022-07-15T12:00:00', '06000'), -5, 'summer time until then');
  t.equal(offset('2022-12-15T12:00:00', '31000'), -6, 'Chihuahua moved to the centre');
  t.equal(offset('2022-12-15T12:00:00', '32000'), -7, 'Ciudad Juárez to the mountain border');
});

t.test('a clock that is set gives two readings, and the kinder one counts', async (t) => {
  // Tijuana, 2026: forth on 8 March at 02:00, back on 1 November at 02:00.
  const gap = instantsIn('2026-03-08T02:30:00', 'America/Tijuana');
  t.same([gap.earliest, gap.latest], [at('2026-03-08T09:30:00Z'), at('2026-03-08T10:30:00Z')]);
  const overlap = instantsIn('2026-11-01T01:30:00', 'America/Tijuana');
  t.same([overlap.earliest, overlap.latest], [at('2026-11-01T08:30:00Z'), at('2026-11-01T09:30:00Z')]);
  for (const [local, instant] of [
    ['2026-03-08T01:59:59', '2026-03-08T09:59:59Z'],
    ['2026-03-08T03:00:00', '2026-03-08T10:00:00Z'],
    ['2026-11-01T00:59:59', '2026-11-01T07:59:59Z'],
    ['2026-11-01T02:00:00', '2026-11-01T10:00:00Z'],
  ] as const) {
    const { earliest, latest } = instantsIn(local, 'America/Tijuana');
    t.same([earliest, latest], [at(instant), at(instant)], local);
  }
  t.same(
    codes('2026-11-01T01:30:00', '22000', at('2026-11-01T08:30:00Z')),
    [],
    'not in the future by the first reading',
  );
  t.same(codes('2026-11-01T01:30:00', '22000', at('2026-11-04T09:30:00Z')), [], 'not too old by the second');
});

t.test('00000 has no zone of its own: any zone of Mexico may read it', async (t) => {
  t.equal(zonesOf('00000').length > 5, true);
  const now = at('2026-01-15T18:00:00Z');
  t.same(codes('2026-01-15T13:00:00', '00000', now), [], 'as in Cancún');
  t.same(codes('2026-01-12T10:00:00', '00000', now), [], 'as in Tijuana');
  t.same(codes('2026-01-15T13:10:00', '00000', now), ['401']);
  t.same(codes('2026-01-12T09:59:59', '00000', now), ['401']);
});

t.test('an instant as the clocks of a zone show it', async (t) => {
  t.equal(localTime(at('2026-01-01T05:59:59.999Z'), 'America/Mexico_City'), '2025-12-31T23:59:59');
  t.equal(localTime(at('2026-07-01T12:00:00Z'), 'America/Tijuana'), '2026-07-01T05:00:00');
});

t.test('the cache of offsets forgets without harm', async (t) => {
  for (let day = 0; day < 1500; day += 1) {
    const local = `${new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)}T12:00:00`;
    if (instantsIn(local, 'America/Cancun').earliest.getTime() !== Date.parse(`${local}-05:00`)) t.fail(local);
  }
});
