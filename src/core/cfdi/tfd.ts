import { TFD, timbreFiscalDigital } from './declarations.js';
import { tfd11 } from './facts/tfd11.js';
import { normalizeSpace } from './values.js';
import { readXml, type XmlElement, XSI } from './xml.js';

/** The Timbre Fiscal Digital 1.1: what a PAC adds to a document that it certified. */

/** The fields of a TFD that its own original string covers. */
export interface TfdFields {
  /** 36 characters, upper or lower case. */
  readonly uuid: string;
  /** Local time of Mexico City, `YYYY-MM-DDThh:mm:ss`. */
  readonly fechaTimbrado: string;
  /** RFC of the PAC, a company's: 12 characters. */
  readonly rfcProvCertif: string;
  /** 12 to 150 characters; null: none. */
  readonly leyenda: string | null;
  /** Sello of the document. */
  readonly selloCfd: string;
  /** 20 digits. */
  readonly noCertificadoSat: string;
}

/** A TFD with its seal. */
export interface Tfd extends TfdFields {
  /** Base64 of the PAC's signature over `tfdOriginalString`. */
  readonly selloSat: string;
}

/** Attributes by their field, in SAT's order. */
function attributesOf(fields: TfdFields): Readonly<Record<string, string | null>> {
  return {
    Version: '1.1',
    UUID: fields.uuid,
    FechaTimbrado: fields.fechaTimbrado,
    RfcProvCertif: fields.rfcProvCertif,
    Leyenda: fields.leyenda,
    SelloCFD: fields.selloCfd,
    NoCertificadoSAT: fields.noCertificadoSat,
  };
}

/** The original string of a TFD: what SelloSAT signs. */
export function tfdOriginalString(fields: TfdFields): string {
  const values = attributesOf(fields);
  const parts = timbreFiscalDigital.originalString.map((step) => {
    if (step.kind !== 'attribute') throw new Error('The TFD has attributes alone');
    const value = values[timbreFiscalDigital.attributes[step.slot]!.name] ?? null;
    return value === null ? (step.always ? '|' : '') : `|${normalizeSpace(value)}`;
  });
  return `|${parts.join('')}||`;
}

/** The TFD as XML, with every namespace that it uses declared on it, so that it fits into any document. */
export function tfdXml(tfd: Tfd): string {
  const attributes = Object.entries({ ...attributesOf(tfd), SelloSAT: tfd.selloSat })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value!)}"`);
  const { prefix, namespace, schemaLocation } = tfd11;
  return (
    `<${prefix}:TimbreFiscalDigital xmlns:${prefix}="${namespace}" xmlns:xsi="${XSI}"` +
    ` xsi:schemaLocation="${namespace} ${schemaLocation}"${attributes.join('')}/>`
  );
}

/** The TFD of a document that carries one: the first, when there are several. */
export function findTfd(root: XmlElement): Tfd | null {
  const complement = root.children.find(({ local, uri }) => local === 'Complemento' && uri === root.uri);
  const element = complement?.children.find(({ local, uri }) => local === timbreFiscalDigital.name && uri === TFD);
  return element === undefined ? null : tfdOf(element);
}

/** A TFD that stands alone, as `tfdXml` writes it. */
export function readTfd(xml: string): Tfd {
  return tfdOf(readXml(Buffer.from(xml)).root);
}

function tfdOf(element: XmlElement): Tfd {
  const value = (name: string) => normalizeSpace(element.attributes.find((one) => one.name === name)?.value ?? '');
  return {
    uuid: value('UUID'),
    fechaTimbrado: value('FechaTimbrado'),
    rfcProvCertif: value('RfcProvCertif'),
    leyenda: element.attributes.some(({ name }) => name === 'Leyenda') ? value('Leyenda') : null,
    selloCfd: value('SelloCFD'),
    noCertificadoSat: value('NoCertificadoSAT'),
    selloSat: value('SelloSAT'),
  };
}

function escapeAttribute(value: string): string {
  return value.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
