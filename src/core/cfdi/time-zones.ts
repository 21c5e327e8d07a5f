import { runs, zoneNames } from './facts/time-zones.js';

/** Time zones of postal codes, and local times as instants. */

/** A time zone of Mexico. */
export type ZoneName = (typeof zoneNames)[number];

/** Two readings of a local time; they differ only where a clock was set forth or back. */
export interface Instants {
  readonly earliest: Date;
  readonly latest: Date;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Zone of each of the 100,000 postal codes as its place in `zoneNames` plus one; 0: no such code. */
const zoneOfCode = decodeRuns();

function decodeRuns(): Uint8Array {
  const zones = new Uint8Array(100_000);
  let at = 0;
  for (const run of runs.split(';')) {
    const [skip, length, zone] = run.split(' ').map((digits) => Number.parseInt(digits, 36)) as [
      number,
      number,
      number,
    ];
    zones.fill(zone + 1, at + skip, at + skip + length);
    at += skip + length;
  }
  return zones;
}

/** Time zones of a postal code: one; none for a code that SAT does not list; all for 00000, which has no zone of its own. */
export function zonesOf(postalCode: string): readonly ZoneName[] {
  if (postalCode === '00000') return zoneNames;
  const zone = /^[0-9]{5}$/.test(postalCode) ? zoneOfCode[Number(postalCode)]! : 0;
  return zone === 0 ? [] : [zoneNames[zone - 1]!];
}

/**
 * The instants that a local time can mean in a zone. A time that a clock passes twice (autumn) has two readings; so has one
 * that no clock showed (spring), by the offset before and the one after. Callers take the reading that helps the issuer:
 * whoever wrote the time could not have written it more exactly.
 * @param local `YYYY-MM-DDThh:mm:ss`
 */
export function instantsIn(local: string, zone: ZoneName): Instants {
  const asUtc = Date.parse(`${local}Z`);
  const before = asUtc - offsetAt(asUtc - DAY, zone);
  const after = asUtc - offsetAt(asUtc + DAY, zone);
  const fitting = [before, after].filter((instant) => asUtc - offsetAt(instant, zone) === instant);
  const readings = fitting.length > 0 ? fitting : [before, after];
  return { earliest: new Date(Math.min(...readings)), latest: new Date(Math.max(...readings)) };
}

/** The local time of a zone at an instant, `YYYY-MM-DDThh:mm:ss`. */
export function localTime(instant: Date, zone: ZoneName): string {
  return new Date(instant.getTime() + offsetAt(instant.getTime(), zone)).toISOString().slice(0, 19);
}

/** Hours whose offset is kept for a zone; documents of one day ask for a handful. */
const MAX_CACHED_HOURS = 1000;

const formatters = new Map<ZoneName, Intl.DateTimeFormat>();
const offsets = new Map<ZoneName, Map<number, number>>();

/** Milliseconds from UTC (negative in Mexico). Offsets change on the hour, so one look-up an hour of a zone is enough. */
function offsetAt(instant: number, zone: ZoneName): number {
  const hour = Math.floor(instant / HOUR);
  let hours = offsets.get(zone);
  if (hours === undefined || hours.size > MAX_CACHED_HOURS) {
    hours = new Map();
    offsets.set(zone, hours);
  }
  let offset = hours.get(hour);
  if (offset === undefined) {
    offset = askOffset(hour * HOUR, zone);
    hours.set(hour, offset);
  }
  return offset;
}

function askOffset(instant: number, zone: ZoneName): number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formatters.set(zone, formatter);
  }
  const name = formatter.formatToParts(instant).find(({ type }) => type === 'timeZoneName')!.value;
  const match = /^GMT(?:([+-])([0-9]{2}):([0-9]{2}))?$/.exec(name);
  if (match === null) throw new Error(`The offset ${name} of ${zone} cannot be read`);
  const size = Number(match[2] ?? 0) * HOUR + Number(match[3] ?? 0) * 60_000;
  return match[1] === '-' ? -size : size;
}
