/**
 * CFDI 4.0: read, check, original string, seal, digests, TFD. Pure: no clock, no network, no database, no HTTP.
 *
 * Codes that come from here: 301 (the XML and its structure), CFDI40101 (form of Fecha), CFDI40102/302 (seal), 307 (prior
 * stamp), 401 and 403 (dates), CFDI40113 (currency), CFDI40121 (kind), CFDI40126 (postal code of issue).
 * Those about the certificate come from core/certificates.
 */
import type { KeyObject } from 'node:crypto';
import type { Violation } from '../../problems.js';
import { checkDates as checkIssueTime, issueInstants as instantsOfIssue } from './dates.js';
import type { Insertion } from './insertion.js';
import type { CfdiDocument } from './read.js';
import { checkSeal } from './seal.js';
import { type Tfd, tfdXml } from './tfd.js';
import type { Instants } from './time-zones.js';
import { violation } from './violations.js';

export { MAX_AGE_MS, MAX_AHEAD_MS } from './dates.js';
export type { Digests } from './digests.js';
export { applyInsertion, type Insertion } from './insertion.js';
export { type CfdiDocument, MAX_BYTES, type ReadResult, readDocument } from './read.js';
export { sealConfirms } from './seal.js';
export type { Summary } from './summary.js';
export { findTfd, readTfd, type Tfd, type TfdFields, tfdOriginalString, tfdXml } from './tfd.js';
export { type Instants, localTime, type ZoneName } from './time-zones.js';

/** CFDI40102 (formerly 302): the seal under the key of the document's certificate. */
export function verifySeal(document: CfdiDocument, key: KeyObject): Violation | null {
  return checkSeal(document.originalString, document.summary.sello, key);
}

/** 401, 403, CFDI40126: Fecha against the time now, in the time zone of LugarExpedicion. */
export function checkDates(document: CfdiDocument, now: Date): Violation[] {
  const { fecha, lugarExpedicion: place } = document.summary;
  return checkIssueTime({ fecha, place }, now);
}

/** The instants that Fecha can mean where the document was issued; null when the postal code does not exist. */
export function issueInstants(document: CfdiDocument): Instants | null {
  const { fecha, lugarExpedicion: place } = document.summary;
  return instantsOfIssue({ fecha, place });
}

/** c_TipoDeComprobante: income, expense, transfer, payroll, payment. */
const kinds = ['I', 'E', 'T', 'N', 'P'];
/** c_Moneda has the codes of ISO 4217, and XXX. */
const currency = /^[A-Z]{3}$/;

/**
 * CFDI40121 and CFDI40113: a kind of document or a form of currency that does not exist. Counters, lists and answers go
 * by them, so they cannot wait for the other catalogues.
 */
export function checkKeys({ summary }: CfdiDocument): Violation[] {
  return [
    ...(kinds.includes(summary.kind) ? [] : [unknownKind(summary.kind)]),
    ...(currency.test(summary.currency) ? [] : [unknownCurrency(summary.currency)]),
  ];
}

function unknownKind(actual: string): Violation {
  return violation({
    code: 'CFDI40121',
    path: '/cfdi:Comprobante/@TipoDeComprobante',
    expected: `one of ${kinds.join(', ')}`,
    actual,
    en: 'TipoDeComprobante is not a key of the catalogue c_TipoDeComprobante.',
    es: 'El campo TipoDeComprobante no contiene un valor del catálogo c_TipoDeComprobante.',
  });
}

function unknownCurrency(actual: string): Violation {
  return violation({
    code: 'CFDI40113',
    path: '/cfdi:Comprobante/@Moneda',
    expected: 'a key of the catalogue c_Moneda, three letters',
    actual,
    en: 'Moneda is not a key of the catalogue c_Moneda.',
    es: 'El campo Moneda no contiene un valor del catálogo c_Moneda.',
  });
}

/** 307: the document carries a TFD already. */
export function checkPriorStamp(document: CfdiDocument): Violation | null {
  if (document.tfd === null) return null;
  return violation({
    code: '307',
    path: '/cfdi:Comprobante/cfdi:Complemento/tfd:TimbreFiscalDigital',
    actual: document.tfd.uuid,
    en: 'The document carries a TFD already: it was stamped before.',
    es: 'El comprobante ya contiene un timbre: fue certificado previamente.',
  });
}

/** Where a TFD goes into the document; `applyInsertion` writes it. */
export function insertTfd(document: CfdiDocument, tfd: Tfd): Insertion {
  const { offset, replaced, before, after } = document.place;
  return { offset, replaced, insertion: `${before}${tfdXml(tfd)}${after}` };
}
