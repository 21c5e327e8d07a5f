// Made by scripts/compile-facts.ts out of Pagos20.xsd and Pagos20.xslt. Do not edit: run it again.
import type { SchemaFacts, SimpleType } from '../facts.js';

const string1: SimpleType = { base: 'string', whiteSpace: 'collapse' };
const t_ImporteMXN: SimpleType = {
  base: 'decimal',
  whiteSpace: 'collapse',
  fractionDigits: 2,
  min: '0.00',
  patterns: [/^[0-9]{1,18}(?:[^\n\r][0-9]{1,2})?$/u],
};
const t_FechaH: SimpleType = {
  base: 'dateTime',
  whiteSpace: 'collapse',
  patterns: [/^20[1-9][0-9]-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$/u],
};
const c_FormaPago: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_FormaPago' };
const c_Moneda: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_Moneda' };
const decimal1: SimpleType = { base: 'decimal', whiteSpace: 'collapse', fractionDigits: 6, min: '0.000001' };
const t_Importe: SimpleType = {
  base: 'decimal',
  whiteSpace: 'collapse',
  fractionDigits: 6,
  min: '0.000000',
  patterns: [/^[0-9]{1,18}(?:[^\n\r][0-9]{1,6})?$/u],
};
const string2: SimpleType = {
  base: 'string',
  whiteSpace: 'preserve',
  minLength: 1,
  maxLength: 100,
  patterns: [/^[^|]{1,100}$/u],
};
const string3: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 12,
  maxLength: 13,
  patterns: [/^(?:XEXX010101000|[A-Z&Ñ]{3}[0-9]{2}(?:0[1-9]|1[012])(?:0[1-9]|[12][0-9]|3[01])[A-Z0-9]{2}[0-9A])$/u],
};
const string4: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 1,
  maxLength: 300,
  patterns: [/^[^|]{1,300}$/u],
};
const string5: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 10,
  maxLength: 50,
  patterns: [/^[A-Z0-9_]{10,50}$/u],
};
const t_RFC_PM: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 12,
  patterns: [/^[A-Z&Ñ]{3}[0-9]{2}(?:0[1-9]|1[012])(?:0[1-9]|[12][0-9]|3[01])[A-Z0-9]{2}[0-9A]$/u],
};
const c_TipoCadenaPago: SimpleType = { base: 'string', whiteSpace: 'collapse', values: ['01'] };
const base64Binary1: SimpleType = { base: 'base64Binary', whiteSpace: 'collapse' };
const string6: SimpleType = { base: 'string', whiteSpace: 'collapse', minLength: 1, maxLength: 8192 };
const string7: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 16,
  maxLength: 36,
  patterns: [
    /^(?:[a-f0-9A-F]{8}-[a-f0-9A-F]{4}-[a-f0-9A-F]{4}-[a-f0-9A-F]{4}-[a-f0-9A-F]{12}|[0-9]{3}-[0-9]{2}-[0-9]{9})$/u,
  ],
};
const string8: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 1,
  maxLength: 25,
  patterns: [/^[^|]{1,25}$/u],
};
const string9: SimpleType = {
  base: 'string',
  whiteSpace: 'collapse',
  minLength: 1,
  maxLength: 40,
  patterns: [/^[^|]{1,40}$/u],
};
const decimal2: SimpleType = { base: 'decimal', whiteSpace: 'collapse', fractionDigits: 10, min: '0.0000000001' };
const integer1: SimpleType = { base: 'integer', whiteSpace: 'collapse', patterns: [/^[1-9][0-9]{0,2}$/u] };
const c_ObjetoImp: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_ObjetoImp' };
const decimal3: SimpleType = { base: 'decimal', whiteSpace: 'collapse', min: '0.000001', fractionDigits: 6 };
const c_Impuesto: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_Impuesto' };
const c_TipoFactor: SimpleType = { base: 'string', whiteSpace: 'collapse', catalogue: 'c_TipoFactor' };
const decimal4: SimpleType = { base: 'decimal', whiteSpace: 'collapse', min: '0.000000', fractionDigits: 6 };
const decimal5: SimpleType = { base: 'decimal', whiteSpace: 'collapse', fractionDigits: 6, min: '0.000000' };

/** http://www.sat.gob.mx/Pagos20 */
export const pagos20: SchemaFacts = {
  namespace: 'http://www.sat.gob.mx/Pagos20',
  prefix: 'pago20',
  schemaLocation: 'http://www.sat.gob.mx/sitio_internet/cfd/Pagos/Pagos20.xsd',
  roots: [
    {
      name: 'Pagos',
      attributes: [{ name: 'Version', required: true, fixed: '2.0', type: string1 }],
      originalString: ['!Version', 'Totales', 'Pago'],
      children: [
        {
          min: 1,
          max: 1,
          element: {
            name: 'Totales',
            attributes: [
              { name: 'TotalRetencionesIVA', required: false, type: t_ImporteMXN },
              { name: 'TotalRetencionesISR', required: false, type: t_ImporteMXN },
              { name: 'TotalRetencionesIEPS', required: false, type: t_ImporteMXN },
              { name: 'TotalTrasladosBaseIVA16', required: false, type: t_ImporteMXN },
              { name: 'TotalTrasladosImpuestoIVA16', required: false, type: t_ImporteMXN },
              { name: 'TotalTrasladosBaseIVA8', required: false, type: t_ImporteMXN },
              { name: 'TotalTrasladosImpuestoIVA8', required: false, type: t_ImporteMXN },
              { name: 'TotalTrasladosBaseIVA0', required: false, type: t_ImporteMXN },
              { name: 'TotalTrasladosImpuestoIVA0', required: false, type: t_ImporteMXN },
              { name: 'TotalTrasladosBaseIVAExento', required: false, type: t_ImporteMXN },
              { name: 'MontoTotalPagos', required: true, type: t_ImporteMXN },
            ],
            originalString: [
              '?TotalRetencionesIVA',
              '?TotalRetencionesISR',
              '?TotalRetencionesIEPS',
              '?TotalTrasladosBaseIVA16',
              '?TotalTrasladosImpuestoIVA16',
              '?TotalTrasladosBaseIVA8',
              '?TotalTrasladosImpuestoIVA8',
              '?TotalTrasladosBaseIVA0',
              '?TotalTrasladosImpuestoIVA0',
              '?TotalTrasladosBaseIVAExento',
              '!MontoTotalPagos',
            ],
            children: [],
          },
        },
        {
          min: 1,
          max: Infinity,
          element: {
            name: 'Pago',
            attributes: [
              { name: 'FechaPago', required: true, type: t_FechaH },
              { name: 'FormaDePagoP', required: true, type: c_FormaPago },
              { name: 'MonedaP', required: true, type: c_Moneda },
              { name: 'TipoCambioP', required: false, type: decimal1 },
              { name: 'Monto', required: true, type: t_Importe },
              { name: 'NumOperacion', required: false, type: string2 },
              { name: 'RfcEmisorCtaOrd', required: false, type: string3 },
              { name: 'NomBancoOrdExt', required: false, type: string4 },
              { name: 'CtaOrdenante', required: false, type: string5 },
              { name: 'RfcEmisorCtaBen', required: false, type: t_RFC_PM },
              { name: 'CtaBeneficiario', required: false, type: string5 },
              { name: 'TipoCadPago', required: false, type: c_TipoCadenaPago },
              { name: 'CertPago', required: false, type: base64Binary1 },
              { name: 'CadPago', required: false, type: string6 },
              { name: 'SelloPago', required: false, type: base64Binary1 },
            ],
            originalString: [
              '!FechaPago',
              '!FormaDePagoP',
              '!MonedaP',
              '?TipoCambioP',
              '!Monto',
              '?NumOperacion',
              '?RfcEmisorCtaOrd',
              '?NomBancoOrdExt',
              '?CtaOrdenante',
              '?RfcEmisorCtaBen',
              '?CtaBeneficiario',
              '?TipoCadPago',
              '?CertPago',
              '?CadPago',
              '?SelloPago',
              'DoctoRelacionado',
              'ImpuestosP',
            ],
            children: [
              {
                min: 1,
                max: Infinity,
                element: {
                  name: 'DoctoRelacionado',
                  attributes: [
                    { name: 'IdDocumento', required: true, type: string7 },
                    { name: 'Serie', required: false, type: string8 },
                    { name: 'Folio', required: false, type: string9 },
                    { name: 'MonedaDR', required: true, type: c_Moneda },
                    { name: 'EquivalenciaDR', required: false, type: decimal2 },
                    { name: 'NumParcialidad', required: true, type: integer1 },
                    { name: 'ImpSaldoAnt', required: true, type: t_Importe },
                    { name: 'ImpPagado', required: true, type: t_Importe },
                    { name: 'ImpSaldoInsoluto', required: true, type: t_Importe },
                    { name: 'ObjetoImpDR', required: true, type: c_ObjetoImp },
                  ],
                  originalString: [
                    '!IdDocumento',
                    '?Serie',
                    '?Folio',
                    '!MonedaDR',
                    '?EquivalenciaDR',
                    '!NumParcialidad',
                    '!ImpSaldoAnt',
                    '!ImpPagado',
                    '!ImpSaldoInsoluto',
                    '!ObjetoImpDR',
                    'ImpuestosDR/RetencionesDR/RetencionDR',
                    'ImpuestosDR/TrasladosDR/TrasladoDR',
                  ],
                  children: [
                    {
                      min: 0,
                      max: 1,
                      element: {
                        name: 'ImpuestosDR',
                        attributes: [],
                        originalString: [],
                        children: [
                          {
                            min: 0,
                            max: 1,
                            element: {
                              name: 'RetencionesDR',
                              attributes: [],
                              originalString: [],
                              children: [
                                {
                                  min: 1,
                                  max: Infinity,
                                  element: {
                                    name: 'RetencionDR',
                                    attributes: [
                                      { name: 'BaseDR', required: true, type: decimal3 },
                                      { name: 'ImpuestoDR', required: true, type: c_Impuesto },
                                      { name: 'TipoFactorDR', required: true, type: c_TipoFactor },
                                      { name: 'TasaOCuotaDR', required: true, type: decimal4 },
                                      { name: 'ImporteDR', required: true, type: t_Importe },
                                    ],
                                    originalString: [
                                      '!BaseDR',
                                      '!ImpuestoDR',
                                      '!TipoFactorDR',
                                      '!TasaOCuotaDR',
                                      '!ImporteDR',
                                    ],
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
                              name: 'TrasladosDR',
                              attributes: [],
                              originalString: [],
                              children: [
                                {
                                  min: 1,
                                  max: Infinity,
                                  element: {
                                    name: 'TrasladoDR',
                                    attributes: [
                                      { name: 'BaseDR', required: true, type: decimal3 },
                                      { name: 'ImpuestoDR', required: true, type: c_Impuesto },
                                      { name: 'TipoFactorDR', required: true, type: c_TipoFactor },
                                      { name: 'TasaOCuotaDR', required: false, type: decimal4 },
                                      { name: 'ImporteDR', required: false, type: t_Importe },
                                    ],
                                    originalString: [
                                      '!BaseDR',
                                      '!ImpuestoDR',
                                      '!TipoFactorDR',
                                      '?TasaOCuotaDR',
                                      '?ImporteDR',
                                    ],
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
                  name: 'ImpuestosP',
                  attributes: [],
                  originalString: ['RetencionesP', 'TrasladosP'],
                  children: [
                    {
                      min: 0,
                      max: 1,
                      element: {
                        name: 'RetencionesP',
                        attributes: [],
                        originalString: ['RetencionP'],
                        children: [
                          {
                            min: 1,
                            max: Infinity,
                            element: {
                              name: 'RetencionP',
                              attributes: [
                                { name: 'ImpuestoP', required: true, type: c_Impuesto },
                                { name: 'ImporteP', required: true, type: t_Importe },
                              ],
                              originalString: ['!ImpuestoP', '!ImporteP'],
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
                        name: 'TrasladosP',
                        attributes: [],
                        originalString: ['TrasladoP'],
                        children: [
                          {
                            min: 1,
                            max: Infinity,
                            element: {
                              name: 'TrasladoP',
                              attributes: [
                                { name: 'BaseP', required: true, type: t_Importe },
                                { name: 'ImpuestoP', required: true, type: c_Impuesto },
                                { name: 'TipoFactorP', required: true, type: c_TipoFactor },
                                { name: 'TasaOCuotaP', required: false, type: decimal5 },
                                { name: 'ImporteP', required: false, type: t_Importe },
                              ],
                              originalString: ['!BaseP', '!ImpuestoP', '!TipoFactorP', '?TasaOCuotaP', '?ImporteP'],
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
      ],
    },
  ],
};
