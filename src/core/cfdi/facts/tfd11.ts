// Made by scripts/compile-facts.ts out of TimbreFiscalDigitalv11.xsd and cadenaoriginal_TFD_1_1.xslt. Do not edit: run it again.
import type { SchemaFacts, SimpleType } from '../facts.js';

const string1: SimpleType = { base: 'string', whiteSpace: 'preserve' };
const string2: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 36,
  maxLength: 36,
  patterns: [/^[a-f0-9A-F]{8}-[a-f0-9A-F]{4}-[a-f0-9A-F]{4}-[a-f0-9A-F]{4}-[a-f0-9A-F]{12}$/u],
};
const t_FechaH: SimpleType = {
  base: 'dateTime',
  whiteSpace: 'collapse',
  patterns: [/^20[1-9][0-9]-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$/u],
};
const t_RFC_PM: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 12,
  patterns: [/^[A-Z&Ñ]{3}[0-9]{2}(?:0[1-9]|1[012])(?:0[1-9]|[12][0-9]|3[01])[A-Z0-9]{2}[0-9A]$/u],
};
const string3: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 12,
  maxLength: 150,
  patterns: [/^[A-Za-z0-9 Ññ!"%&'´\-:;>=<@_,{}`~áéíóúÁÉÍÓÚüÜ]{1,150}$/u],
};
const string4: SimpleType = { base: 'string', whiteSpace: 'collapse' };
const string5: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 20,
  maxLength: 20,
  patterns: [/^[0-9]{20}$/u],
};

/** http://www.sat.gob.mx/TimbreFiscalDigital */
export const tfd11: SchemaFacts = {
  namespace: 'http://www.sat.gob.mx/TimbreFiscalDigital',
  prefix: 'tfd',
  schemaLocation: 'http://www.sat.gob.mx/sitio_internet/cfd/TimbreFiscalDigital/TimbreFiscalDigitalv11.xsd',
  roots: [
    {
      name: 'TimbreFiscalDigital',
      attributes: [
        { name: 'Version', required: true, fixed: '1.1', type: string1 },
        { name: 'UUID', required: true, type: string2 },
        { name: 'FechaTimbrado', required: true, type: t_FechaH },
        { name: 'RfcProvCertif', required: true, type: t_RFC_PM },
        { name: 'Leyenda', required: false, type: string3 },
        { name: 'SelloCFD', required: true, type: string4 },
        { name: 'NoCertificadoSAT', required: true, type: string5 },
        { name: 'SelloSAT', required: true, type: string4 },
      ],
      originalString: [
        '!Version',
        '!UUID',
        '!FechaTimbrado',
        '!RfcProvCertif',
        '?Leyenda',
        '!SelloCFD',
        '!NoCertificadoSAT',
      ],
      children: [],
    },
  ],
};
