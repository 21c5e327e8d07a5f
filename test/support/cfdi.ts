import { type KeyObject, sign, X509Certificate } from 'node:crypto';
import { readDocument } from '../../src/core/cfdi/index.js';
import { makeAuthority, makeLeaf, rsaKeys } from './authority.js';

/** What `makeCfdi` writes. Whatever is left out has a value that makes a good document. */
export interface CfdiOptions {
  /** The issuer's CSD and its key. */
  certificate: X509Certificate;
  privateKey: KeyObject;
  /** Issuer. RFC and name default to those of the certificate; the name is given without the kind of company. */
  rfc?: string;
  nombre?: string;
  regimenFiscal?: string;
  /** Local time of `lugarExpedicion`, `YYYY-MM-DDThh:mm:ss`. */
  fecha: string;
  /** Postal code of issue; 06000 is in Mexico City. */
  lugarExpedicion?: string;
  serie?: string | null;
  folio?: string | null;
  /** Amount before taxes of all concepts, which pay 16 % of IVA; two decimals. */
  subtotal?: string;
  /** How many concepts share the amount, in equal parts without a rest; 1 when absent. */
  concepts?: number;
  receiver?: { rfc: string; nombre: string; domicilio: string; regimen: string; uso: string };
  /** Inside of the Complemento; absent: no Complemento. An empty text writes `<cfdi:Complemento/>`. */
  complemento?: string;
  /** Inside of the Addenda; absent: no Addenda. */
  addenda?: string;
  /** Attributes of the Comprobante that replace or add to the others; null takes one out. Before sealing. */
  attributes?: Readonly<Record<string, string | null>>;
  /** Changes the text before it is sealed, when it still has `Sello=""`. */
  edit?: (xml: string) => string;
}

/** A CFDI 4.0 of one concept, sealed over the product's own original string. Throws where the document is not good. */
export function makeCfdi(options: CfdiOptions): Buffer {
  const text = cfdiText(options);
  const result = readDocument(Buffer.from(text));
  if (!result.ok) throw new Error(JSON.stringify(result.violations, null, 2));
  return sealXml(text, result.document.originalString, options.privateKey);
}

/** A CSD of EKU9003173C9 with its key, of an authority that nobody trusts: for tests of anything but trust. */
export async function makeIssuer(): Promise<{ certificate: X509Certificate; privateKey: KeyObject }> {
  const keys = rsaKeys();
  const der = await makeLeaf(await makeAuthority('AC of tests'), { keys });
  return { certificate: new X509Certificate(der), privateKey: keys.privateKey };
}

/** Fills in the seal of a text that holds `Sello=""`. */
export function sealXml(text: string, originalString: string, privateKey: KeyObject): Buffer {
  const seal = sign('sha256', Buffer.from(originalString), privateKey).toString('base64');
  return Buffer.from(text.replace('Sello=""', () => `Sello="${seal}"`));
}

/** The document before it is sealed, with `Sello=""`. */
export function cfdiText(options: CfdiOptions): string {
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<cfdi:Comprobante ${attributesText(comprobanteAttributes(options))}>
  <cfdi:Emisor ${attributesText(issuer(options))}/>
  <cfdi:Receptor ${attributesText(receiver(options))}/>
  ${concepts(options)}
  ${taxes(options)}${wrapped('Complemento', options.complemento)}${wrapped('Addenda', options.addenda)}
</cfdi:Comprobante>
`;
  return options.edit?.(text) ?? text;
}

/** The number of a certificate: SAT writes its 20 digits as ASCII into the serial. */
export function certificateNumber({ serialNumber }: X509Certificate): string {
  return Buffer.from(serialNumber, 'hex').toString('latin1');
}

function comprobanteAttributes(options: CfdiOptions): Record<string, string | null> {
  const { subtotal = '1000.00' } = options;
  return {
    'xmlns:cfdi': 'http://www.sat.gob.mx/cfd/4',
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:schemaLocation': 'http://www.sat.gob.mx/cfd/4 http://www.sat.gob.mx/sitio_internet/cfd/4/cfdv40.xsd',
    Version: '4.0',
    Serie: options.serie === undefined ? 'A' : options.serie,
    Folio: options.folio === undefined ? '1' : options.folio,
    Fecha: options.fecha,
    Sello: '',
    FormaPago: '03',
    NoCertificado: certificateNumber(options.certificate),
    Certificado: options.certificate.raw.toString('base64'),
    SubTotal: subtotal,
    Moneda: 'MXN',
    Total: totalOf(subtotal),
    TipoDeComprobante: 'I',
    Exportacion: '01',
    MetodoPago: 'PUE',
    LugarExpedicion: options.lugarExpedicion ?? '06000',
    ...options.attributes,
  };
}

function issuer({ certificate, rfc, nombre, regimenFiscal }: CfdiOptions) {
  const subject = subjectOf(certificate);
  return {
    Rfc: rfc ?? subject.rfc,
    Nombre: nombre ?? subject.name.replace(/ S\.?A\.? DE C\.?V\.?$| S\.?A\.?P\.?I\.? DE C\.?V\.?$/, ''),
    RegimenFiscal: regimenFiscal ?? (subject.rfc.length === 13 ? '612' : '601'),
  };
}

/** RFC and legal name, as SAT's certificates hold them. */
function subjectOf({ subject }: X509Certificate): { rfc: string; name: string } {
  const rfc = /^x500UniqueIdentifier=([^ \n]+)/m.exec(subject)?.[1] ?? 'EKU9003173C9';
  return { rfc, name: /^CN=(.*)$/m.exec(subject)?.[1] ?? 'ESCUELA KEMPER URGATE' };
}

function receiver({ receiver: given, lugarExpedicion = '06000' }: CfdiOptions) {
  const { rfc, nombre, domicilio, regimen, uso } = given ?? {
    rfc: 'XAXX010101000',
    nombre: 'PUBLICO EN GENERAL',
    domicilio: lugarExpedicion,
    regimen: '616',
    uso: 'S01',
  };
  return {
    Rfc: rfc,
    Nombre: nombre,
    DomicilioFiscalReceptor: domicilio,
    RegimenFiscalReceptor: regimen,
    UsoCFDI: uso,
  };
}

const TAX = { Impuesto: '002', TipoFactor: 'Tasa', TasaOCuota: '0.160000' };

function concepts({ subtotal = '1000.00', concepts: count = 1 }: CfdiOptions): string {
  const one = concept(money(cents(subtotal) / count));
  return `<cfdi:Conceptos>${one.repeat(count)}
  </cfdi:Conceptos>`;
}

function concept(amount: string): string {
  const tax = attributesText({ Base: amount, ...TAX, Importe: taxOf(amount) });
  const attributes = attributesText({
    ClaveProdServ: '84111506',
    Cantidad: '1',
    ClaveUnidad: 'E48',
    Descripcion: 'Servicio de facturación',
    ValorUnitario: amount,
    Importe: amount,
    ObjetoImp: '02',
  });
  return `
    <cfdi:Concepto ${attributes}>
      <cfdi:Impuestos><cfdi:Traslados><cfdi:Traslado ${tax}/></cfdi:Traslados></cfdi:Impuestos>
    </cfdi:Concepto>`;
}

function taxes({ subtotal = '1000.00' }: CfdiOptions): string {
  const tax = attributesText({ Base: subtotal, ...TAX, Importe: taxOf(subtotal) });
  return `<cfdi:Impuestos TotalImpuestosTrasladados="${taxOf(subtotal)}"><cfdi:Traslados><cfdi:Traslado ${tax}/></cfdi:Traslados></cfdi:Impuestos>`;
}

function wrapped(name: string, inside: string | undefined): string {
  if (inside === undefined) return '';
  return inside === '' ? `\n  <cfdi:${name}/>` : `\n  <cfdi:${name}>${inside}</cfdi:${name}>`;
}

const cents = (amount: string) => Math.round(Number(amount) * 100);
const money = (amount: number) => (amount / 100).toFixed(2);
/** 16 % of IVA. */
const taxOf = (subtotal: string) => money(Math.round(cents(subtotal) * 0.16));
const totalOf = (subtotal: string) => money(cents(subtotal) + cents(taxOf(subtotal)));

function attributesText(attributes: Readonly<Record<string, string | null>>): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}="${escapeXml(value!)}"`)
    .join(' ');
}

const escapeXml = (value: string) =>
  value.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '&quot;');
