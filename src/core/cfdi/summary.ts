import type { Tfd } from './tfd.js';
import { normalizeSpace } from './values.js';
import type { XmlElement } from './xml.js';

/** What the platform keeps of a document beside its bytes. Values after normalize-space, otherwise as written. */
export interface Summary {
  readonly version: string;
  /** TipoDeComprobante: I, E, T, N or P. */
  readonly kind: string;
  readonly serie: string | null;
  readonly folio: string | null;
  /** Local time of the place of issue, `YYYY-MM-DDThh:mm:ss`. */
  readonly fecha: string;
  readonly issuerRfc: string;
  readonly issuerName: string;
  readonly receiverRfc: string;
  readonly receiverName: string;
  readonly currency: string;
  /** Decimal as written. */
  readonly total: string;
  /** Postal code. */
  readonly lugarExpedicion: string;
  readonly noCertificado: string;
  /** Base64 of the certificate's DER. */
  readonly certificado: string;
  /** Base64 of the seal. */
  readonly sello: string;
  /** UUID of the TFD, when there is one. */
  readonly uuid: string | null;
}

/** Summarises a Comprobante that passed the structure check. */
export function summaryOf(root: XmlElement, tfd: Tfd | null): Summary {
  const issuer = childOf(root, 'Emisor');
  const receiver = childOf(root, 'Receptor');
  return {
    version: required(root, 'Version'),
    kind: required(root, 'TipoDeComprobante'),
    serie: optional(root, 'Serie'),
    folio: optional(root, 'Folio'),
    fecha: required(root, 'Fecha'),
    issuerRfc: required(issuer, 'Rfc'),
    issuerName: required(issuer, 'Nombre'),
    receiverRfc: required(receiver, 'Rfc'),
    receiverName: required(receiver, 'Nombre'),
    currency: required(root, 'Moneda'),
    total: required(root, 'Total'),
    lugarExpedicion: required(root, 'LugarExpedicion'),
    noCertificado: required(root, 'NoCertificado'),
    certificado: required(root, 'Certificado'),
    sello: required(root, 'Sello'),
    uuid: tfd?.uuid ?? null,
  };
}

const childOf = (root: XmlElement, name: string) => root.children.find(({ local }) => local === name)!;

const required = (element: XmlElement, name: string) => optional(element, name)!;

function optional(element: XmlElement, name: string): string | null {
  const attribute = element.attributes.find((candidate) => candidate.name === name);
  return attribute === undefined ? null : normalizeSpace(attribute.value);
}
