import type { Violation } from '../../problems.js';
import { type Instants, instantsIn, zonesOf } from './time-zones.js';
import { violation } from './violations.js';

/** Time limits of certification (rule 2.7.2.9 of the RMF, and Anexo 20), in the time zone of the place of issue. */

/** A document may be this old when it is certified: 72 hours, to the second. */
export const MAX_AGE_MS = 72 * 3_600_000;
/** A document may lie this far ahead of our clock, because clocks differ: 5 minutes. */
export const MAX_AHEAD_MS = 5 * 60_000;
/** CFDI exist since 2012; an older date has a code of its own. */
const FIRST_FECHA = '2012-01-01T00:00:00';

/** What the date rules need of a document. */
export interface IssueTime {
  /** Fecha as written, `YYYY-MM-DDThh:mm:ss`. */
  readonly fecha: string;
  /** LugarExpedicion, a postal code. */
  readonly place: string;
}

/**
 * The instants that Fecha can mean in the place of issue; null when the postal code does not exist. There is more than
 * one at a change of the clock, and under 00000, which belongs to no zone and is read in each of them.
 */
export function issueInstants({ fecha, place }: IssueTime): Instants | null {
  const readings = zonesOf(place).map((zone) => instantsIn(fecha, zone));
  if (readings.length === 0) return null;
  return {
    earliest: new Date(Math.min(...readings.map(({ earliest }) => earliest.getTime()))),
    latest: new Date(Math.max(...readings.map(({ latest }) => latest.getTime()))),
  };
}

/**
 * Codes 401 (older than 72 hours, or in the future), 403 (before 2012) and CFDI40126 (a postal code that does not
 * exist, so that the time cannot be told). Where Fecha has two readings, one that is good is enough.
 */
export function checkDates(time: IssueTime, now: Date): Violation[] {
  const instants = issueInstants(time);
  if (instants === null) return [unknownPlace(time.place)];
  if (time.fecha < FIRST_FECHA) return [tooEarly(time.fecha)];
  const oldest = new Date(now.getTime() - MAX_AGE_MS);
  const newest = new Date(now.getTime() + MAX_AHEAD_MS);
  if (instants.latest < oldest) return [tooOld(time, instants.latest, oldest)];
  if (instants.earliest > newest) return [inFuture(time, instants.earliest, newest)];
  return [];
}

const FECHA = '/cfdi:Comprobante/@Fecha';

/** Both readings, because an hour's difference is mostly a matter of the zone. */
const written = ({ fecha, place }: IssueTime, instant: Date) => `${fecha} in ${place} = ${seconds(instant)}`;
const seconds = (instant: Date) => `${instant.toISOString().slice(0, 19)}Z`;

function tooOld(time: IssueTime, instant: Date, oldest: Date): Violation {
  return violation({
    code: '401',
    path: FECHA,
    expected: `${seconds(oldest)} or later`,
    actual: written(time, instant),
    en: 'The document was issued more than 72 hours ago and can no longer be stamped.',
    es: 'El comprobante se expidió hace más de 72 horas y ya no puede timbrarse.',
  });
}

function inFuture(time: IssueTime, instant: Date, newest: Date): Violation {
  return violation({
    code: '401',
    path: FECHA,
    expected: `${seconds(newest)} or earlier`,
    actual: written(time, instant),
    en: 'The date of issue lies in the future, in the time zone of the place of issue.',
    es: 'La fecha de expedición es futura, en el huso horario del lugar de expedición.',
  });
}

function tooEarly(fecha: string): Violation {
  return violation({
    code: '403',
    path: FECHA,
    expected: `${FIRST_FECHA} or later`,
    actual: fecha,
    en: 'The date of issue lies before 1 January 2012.',
    es: 'La fecha de expedición es anterior al 1 de enero de 2012.',
  });
}

function unknownPlace(place: string): Violation {
  return violation({
    code: 'CFDI40126',
    path: '/cfdi:Comprobante/@LugarExpedicion',
    expected: 'a key of the catalogue c_CodigoPostal',
    actual: place,
    en: 'LugarExpedicion is not a postal code of the catalogue c_CodigoPostal.',
    es: 'El campo LugarExpedicion no contiene un valor del catálogo c_CodigoPostal.',
  });
}
