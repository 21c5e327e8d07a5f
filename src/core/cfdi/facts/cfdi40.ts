// Made by scripts/compile-facts.ts out of cfdv40.xsd and cadenaoriginal_4_0.xslt. Do not edit: run it again.
import type { SchemaFacts, SimpleType } from '../facts.js';

const string1: SimpleType = { base: 'string', whiteSpace: 'collapse' };
const string2: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 1,
  maxLength: 25,
  patterns: [/^[^|]{1,25}$/u],
};
const string3: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 1,
  maxLength: 40,
  patterns: [/^[^|]{1,40}$/u],
};
const t_FechaH: SimpleType = {
  base: 'dateTime',
  whiteSpace: 'collapse',
  patterns: [/^20[1-9][0-9]-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$/u],
};
const c_FormaPago: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_FormaPago' };
const string4: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 20,
  maxLength: 20,
  patterns: [/^[0-9]{20}$/u],
};
const string5: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 1,
  maxLength: 1000,
  patterns: [/^[^|]{1,1000}$/u],
};
const t_Importe: SimpleType = {
  base: 'decimal',
  whiteSpace: 'collapse',
  fractionDigits: 6,
  min: '0.000000',
  patterns: [/^[0-9]{1,18}(?:[^\n\r][0-9]{1,6})?$/u],
};
const c_Moneda: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_Moneda' };
const decimal1: SimpleType = { base: 'decimal', whiteSpace: 'collapse', fractionDigits: 6, min: '0.000001' };
const c_TipoDeComprobante: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_TipoDeComprobante' };
const c_Exportacion: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_Exportacion' };
const c_MetodoPago: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_MetodoPago' };
const c_CodigoPostal: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_CodigoPostal' };
const string6: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 5,
  maxLength: 5,
  patterns: [/^[0-9a-zA-Z]{5}$/u],
};
const c_Periodicidad: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_Periodicidad' };
const c_Meses: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_Meses' };
const short1: SimpleType = { base: 'short', whiteSpace: 'collapse', min: '2019' };
const c_TipoRelacion: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_TipoRelacion' };
const string7: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 36,
  maxLength: 36,
  patterns: [/^[a-f0-9A-F]{8}-[a-f0-9A-F]{4}-[a-f0-9A-F]{4}-[a-f0-9A-F]{4}-[a-f0-9A-F]{12}$/u],
};
const t_RFC: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 12,
  maxLength: 13,
  patterns: [/^[A-Z&Ñ]{3,4}[0-9]{2}(?:0[1-9]|1[012])(?:0[1-9]|[12][0-9]|3[01])[A-Z0-9]{2}[0-9A]$/u],
};
const string8: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 1,
  maxLength: 300,
  patterns: [/^[^|]{1,300}$/u],
};
const c_RegimenFiscal: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_RegimenFiscal' };
const string9: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 10,
  maxLength: 10,
  patterns: [/^[0-9]{10}$/u],
};
const string10: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 5,
  maxLength: 5,
  patterns: [/^[0-9]{5}$/u],
};
const c_Pais: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_Pais' };
const string11: SimpleType = { base: 'string', whiteSpace: 'collapse', minLength: 1, maxLength: 40 };
const c_UsoCFDI: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_UsoCFDI' };
const c_ClaveProdServ: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_ClaveProdServ' };
const string12: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 1,
  maxLength: 100,
  patterns: [/^[^|]{1,100}$/u],
};
const c_ClaveUnidad: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_ClaveUnidad' };
const string13: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 1,
  maxLength: 20,
  patterns: [/^[^|]{1,20}$/u],
};
const c_ObjetoImp: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_ObjetoImp' };
const c_Impuesto: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_Impuesto' };
const c_TipoFactor: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_TipoFactor' };
const decimal2: SimpleType = { base: 'decimal', whiteSpace: 'collapse', fractionDigits: 6, min: '0.000000' };
const decimal3: SimpleType = { base: 'decimal', whiteSpace: 'collapse', min: '0.000000', fractionDigits: 6 };
const string14: SimpleType = {
  base: 'string',
  whiteSpace: 'preserve',
  minLength: 21,
  maxLength: 21,
  patterns: [/^[0-9]{2} {2}[0-9]{2} {2}[0-9]{4} {2}[0-9]{7}$/u],
};
const string15: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 1,
  maxLength: 150,
  patterns: [/^[0-9a-zA-Z]{1,150}$/u],
};

/** http://www.sat.gob.mx/cfd/4 */
export const cfdi40: SchemaFacts = {
  namespace: 'http://www.sat.gob.mx/cfd/4',
  prefix: 'cfdi',
  schemaLocation: 'http://www.sat.gob.mx/sitio_internet/cfd/4/cfdv40.xsd',
  roots: [
    {
      name: 'Comprobante',
      attributes: [
        { name: 'Version', required: true, fixed: '4.0', type: string1 },
        { name: 'Serie', required: false, type: string2 },
        { name: 'Folio', required: false, type: string3 },
        { name: 'Fecha', required: true, type: t_FechaH },
        { name: 'Sello', required: true, type: string1 },
        { name: 'FormaPago', required: false, type: c_FormaPago },
        { name: 'NoCertificado', required: true, type: string4 },
        { name: 'Certificado', required: true, type: string1 },
        { name: 'CondicionesDePago', required: false, type: string5 },
        { name: 'SubTotal', required: true, type: t_Importe },
        { name: 'Descuento', required: false, type: t_Importe },
        { name: 'Moneda', required: true, type: c_Moneda },
        { name: 'TipoCambio', required: false, type: decimal1 },
        { name: 'Total', required: true, type: t_Importe },
        { name: 'TipoDeComprobante', required: true, type: c_TipoDeComprobante },
        { name: 'Exportacion', required: true, type: c_Exportacion },
        { name: 'MetodoPago', required: false, type: c_MetodoPago },
        { name: 'LugarExpedicion', required: true, type: c_CodigoPostal },
        { name: 'Confirmacion', required: false, type: string6 },
      ],
      originalString: [
        '!Version',
        '?Serie',
        '?Folio',
        '!Fecha',
        '?FormaPago',
        '!NoCertificado',
        '?CondicionesDePago',
        '!SubTotal',
        '?Descuento',
        '!Moneda',
        '?TipoCambio',
        '!Total',
        '!TipoDeComprobante',
        '!Exportacion',
        '?MetodoPago',
        '!LugarExpedicion',
        '?Confirmacion',
        'InformacionGlobal',
        'CfdiRelacionados',
        'Emisor',
        'Receptor',
        'Conceptos',
        'Impuestos',
        'Complemento',
      ],
      children: [
        {
          min: 0,
          max: 1,
          element: {
            name: 'InformacionGlobal',
            attributes: [
              { name: 'Periodicidad', required: true, type: c_Periodicidad },
              { name: 'Meses', required: true, type: c_Meses },
              { name: 'Año', required: true, type: short1 },
            ],
            originalString: ['!Periodicidad', '!Meses', '!Año'],
            children: [],
          },
        },
        {
          min: 0,
          max: Infinity,
          element: {
            name: 'CfdiRelacionados',
            attributes: [{ name: 'TipoRelacion', required: true, type: c_TipoRelacion }],
            originalString: ['!TipoRelacion', 'CfdiRelacionado'],
            children: [
              {
                min: 1,
                max: Infinity,
                element: {
                  name: 'CfdiRelacionado',
                  attributes: [{ name: 'UUID', required: true, type: string7 }],
                  originalString: ['!UUID'],
                  children: [],
                },
              },
            ],
          },
        },
        {
          min: 1,
          max: 1,
          element: {
            name: 'Emisor',
            attributes: [
              { name: 'Rfc', required: true, type: t_RFC },
              { name: 'Nombre', required: true, type: string8 },
              { name: 'RegimenFiscal', required: true, type: c_RegimenFiscal },
              { name: 'FacAtrAdquirente', required: false, type: string9 },
            ],
            originalString: ['!Rfc', '!Nombre', '!RegimenFiscal', '?FacAtrAdquirente'],
            children: [],
          },
        },
        {
          min: 1,
          max: 1,
          element: {
            name: 'Receptor',
            attributes: [
              { name: 'Rfc', required: true, type: t_RFC },
              { name: 'Nombre', required: true, type: string8 },
              { name: 'DomicilioFiscalReceptor', required: true, type: string10 },
              { name: 'ResidenciaFiscal', required: false, type: c_Pais },
              { name: 'NumRegIdTrib', required: false, type: string11 },
              { name: 'RegimenFiscalReceptor', required: true, type: c_RegimenFiscal },
              { name: 'UsoCFDI', required: true, type: c_UsoCFDI },
            ],
            originalString: [
              '!Rfc',
              '!Nombre',
              '!DomicilioFiscalReceptor',
              '?ResidenciaFiscal',
              '?NumRegIdTrib',
              '!RegimenFiscalReceptor',
              '!UsoCFDI',
            ],
            children: [],
          },
        },
        {
          min: 1,
          max: 1,
          element: {
            name: 'Conceptos',
            attributes: [],
            originalString: ['Concepto'],
            children: [
              {
                min: 1,
                max: Infinity,
                element: {
                  name: 'Concepto',
                  attributes: [
                    { name: 'ClaveProdServ', required: true, type: c_ClaveProdServ },
                    { name: 'NoIdentificacion', required: false, type: string12 },
                    { name: 'Cantidad', required: true, type: decimal1 },
                    { name: 'ClaveUnidad', required: true, type: c_ClaveUnidad },
                    { name: 'Unidad', required: false, type: string13 },
                    { name: 'Descripcion', required: true, type: string5 },
                    { name: 'ValorUnitario', required: true, type: t_Importe },
                    { name: 'Importe', required: true, type: t_Importe },
                    { name: 'Descuento', required: false, type: t_Importe },
                    { name: 'ObjetoImp', required: true, type: c_ObjetoImp },
                  ],
                  originalString: [
                    '!ClaveProdServ',
                    '?NoIdentificacion',
                    '!Cantidad',
                    '!ClaveUnidad',
                    '?Unidad',
                    '!Descripcion',
                    '!ValorUnitario',
                    '!Importe',
                    '?Descuento',
                    '!ObjetoImp',
                    'Impuestos/Traslados/Traslado',
                    'Impuestos/Retenciones/Retencion',
                    'ACuentaTerceros',
                    'InformacionAduanera',
                    'CuentaPredial',
                    'ComplementoConcepto',
                    'Parte',
                  ],
                  children: [
                    {
                      min: 0,
                      max: 1,
                      element: {
                        name: 'Impuestos',
                        attributes: [],
                        originalString: [],
                        children: [
                          {
                            min: 0,
                            max: 1,
                            element: {
                              name: 'Traslados',
                              attributes: [],
                              originalString: [],
                              children: [
                                {
                                  min: 1,
                                  max: Infinity,
                                  element: {
                                    name: 'Traslado',
                                    attributes: [
                                      { name: 'Base', required: true, type: decimal1 },
                                      { name: 'Impuesto', required: true, type: c_Impuesto },
                                      { name: 'TipoFactor', required: true, type: c_TipoFactor },
                                      { name: 'TasaOCuota', required: false, type: decimal2 },
                                      { name: 'Importe', required: false, type: t_Importe },
                                    ],
                                    originalString: ['!Base', '!Impuesto', '!TipoFactor', '?TasaOCuota', '?Importe'],
                                    children: [],
                                  },
                                },
                              ],
                            },
                          },
                          {
                            min: 0,
                            max: 1,
                            element: {
                              name: 'Retenciones',
                              attributes: [],
                              originalString: [],
                              children: [
                                {
                                  min: 1,
                                  max: Infinity,
                                  element: {
                                    name: 'Retencion',
                                    attributes: [
                                      { name: 'Base', required: true, type: decimal1 },
                                      { name: 'Impuesto', required: true, type: c_Impuesto },
                                      { name: 'TipoFactor', required: true, type: c_TipoFactor },
                                      { name: 'TasaOCuota', required: true, type: decimal3 },
                                      { name: 'Importe', required: true, type: t_Importe },
                                    ],
                                    originalString: ['!Base', '!Impuesto', '!TipoFactor', '!TasaOCuota', '!Importe'],
                                    children: [],
                                  },
                                },
                              ],
                            },
                          },
                        ],
                      },
                    },
                    {
                      min: 0,
                      max: 1,
                      element: {
                        name: 'ACuentaTerceros',
                        attributes: [
                          { name: 'RfcACuentaTerceros', required: true, type: t_RFC },
                          { name: 'NombreACuentaTerceros', required: true, type: string8 },
                          { name: 'RegimenFiscalACuentaTerceros', required: true, type: c_RegimenFiscal },
                          { name: 'DomicilioFiscalACuentaTerceros', required: true, type: string10 },
                        ],
                        originalString: [
                          '!RfcACuentaTerceros',
                          '!NombreACuentaTerceros',
                          '!RegimenFiscalACuentaTerceros',
                          '!DomicilioFiscalACuentaTerceros',
                        ],
                        children: [],
                      },
                    },
                    {
                      min: 0,
                      max: Infinity,
                      element: {
                        name: 'InformacionAduanera',
                        attributes: [{ name: 'NumeroPedimento', required: true, type: string14 }],
                        originalString: ['!NumeroPedimento'],
                        children: [],
                      },
                    },
                    {
                      min: 0,
                      max: Infinity,
                      element: {
                        name: 'CuentaPredial',
                        attributes: [{ name: 'Numero', required: true, type: string15 }],
                        originalString: ['!Numero'],
                        children: [],
                      },
                    },
                    {
                      min: 0,
                      max: 1,
                      element: {
                        name: 'ComplementoConcepto',
                        attributes: [],
                        originalString: ['*'],
                        any: { min: 1, max: Infinity },
                        children: [],
                      },
                    },
                    {
                      min: 0,
                      max: Infinity,
                      element: {
                        name: 'Parte',
                        attributes: [
                          { name: 'ClaveProdServ', required: true, type: c_ClaveProdServ },
                          { name: 'NoIdentificacion', required: false, type: string12 },
                          { name: 'Cantidad', required: true, type: decimal1 },
                          { name: 'Unidad', required: false, type: string13 },
                          { name: 'Descripcion', required: true, type: string5 },
                          { name: 'ValorUnitario', required: false, type: t_Importe },
                          { name: 'Importe', required: false, type: t_Importe },
                        ],
                        originalString: [
                          '!ClaveProdServ',
                          '?NoIdentificacion',
                          '!Cantidad',
                          '?Unidad',
                          '!Descripcion',
                          '?ValorUnitario',
                          '?Importe',
                          'InformacionAduanera',
                        ],
                        children: [
                          {
                            min: 0,
                            max: Infinity,
                            element: {
                              name: 'InformacionAduanera',
                              attributes: [{ name: 'NumeroPedimento', required: true, type: string14 }],
                              originalString: ['!NumeroPedimento'],
                              children: [],
                            },
                          },
                        ],
                      },
                    },
                  ],
                },
              },
            ],
          },
        },
        {
          min: 0,
          max: 1,
          element: {
            name: 'Impuestos',
            attributes: [
              { name: 'TotalImpuestosRetenidos', required: false, type: t_Importe },
              { name: 'TotalImpuestosTrasladados', required: false, type: t_Importe },
            ],
            originalString: [
              'Retenciones/Retencion',
              '?TotalImpuestosRetenidos',
              'Traslados/Traslado',
              '?TotalImpuestosTrasladados',
            ],
            children: [
              {
                min: 0,
                max: 1,
                element: {
                  name: 'Retenciones',
                  attributes: [],
                  originalString: [],
                  children: [
                    {
                      min: 1,
                      max: Infinity,
                      element: {
                        name: 'Retencion',
                        attributes: [
                          { name: 'Impuesto', required: true, type: c_Impuesto },
                          { name: 'Importe', required: true, type: t_Importe },
                        ],
                        originalString: ['!Impuesto', '!Importe'],
                        children: [],
                      },
                    },
                  ],
                },
              },
              {
                min: 0,
                max: 1,
                element: {
                  name: 'Traslados',
                  attributes: [],
                  originalString: [],
                  children: [
                    {
                      min: 1,
                      max: Infinity,
                      element: {
                        name: 'Traslado',
                        attributes: [
                          { name: 'Base', required: true, type: t_Importe },
                          { name: 'Impuesto', required: true, type: c_Impuesto },
                          { name: 'TipoFactor', required: true, type: c_TipoFactor },
                          { name: 'TasaOCuota', required: false, type: decimal3 },
                          { name: 'Importe', required: false, type: t_Importe },
                        ],
                        originalString: ['!Base', '!Impuesto', '!TipoFactor', '?TasaOCuota', '?Importe'],
                        children: [],
                      },
                    },
                  ],
                },
              },
            ],
          },
        },
        {
          min: 0,
          max: 1,
          element: {
            name: 'Complemento',
            attributes: [],
            originalString: ['*'],
            any: { min: 0, max: Infinity },
            children: [],
          },
        },
        {
          min: 0,
          max: 1,
          element: {
            name: 'Addenda',
            attributes: [],
            originalString: [],
            any: { min: 1, max: Infinity },
            children: [],
          },
        },
      ],
    },
  ],
};
