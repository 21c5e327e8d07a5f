/** Examples for the OpenAPI document. Certificado and Sello are cut short: a real document has them whole. */

export const documentExample =
  '<?xml version="1.0" encoding="UTF-8"?>' +
  '<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" Version="4.0" Serie="A" Folio="1024" Fecha="2026-01-31T12:04:58"' +
  ' FormaPago="03" NoCertificado="30001000000500003416" Certificado="MIIFsDCC…" Sello="mXb3…" SubTotal="1000.00" Moneda="MXN"' +
  ' Total="1160.00" TipoDeComprobante="I" Exportacion="01" MetodoPago="PUE" LugarExpedicion="06000">' +
  '<cfdi:Emisor Rfc="EKU9003173C9" Nombre="ESCUELA KEMPER URGATE" RegimenFiscal="601"/>' +
  '<cfdi:Receptor Rfc="XAXX010101000" Nombre="PUBLICO EN GENERAL" DomicilioFiscalReceptor="06000" RegimenFiscalReceptor="616" UsoCFDI="S01"/>' +
  '<cfdi:Conceptos><cfdi:Concepto ClaveProdServ="01010101" Cantidad="1" ClaveUnidad="ACT" Descripcion="Venta" ValorUnitario="1000.00" Importe="1000.00" ObjetoImp="02">' +
  '<cfdi:Impuestos><cfdi:Traslados><cfdi:Traslado Base="1000.00" Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000" Importe="160.00"/></cfdi:Traslados></cfdi:Impuestos>' +
  '</cfdi:Concepto></cfdi:Conceptos>' +
  '<cfdi:Impuestos TotalImpuestosTrasladados="160.00"><cfdi:Traslados><cfdi:Traslado Base="1000.00" Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000" Importe="160.00"/></cfdi:Traslados></cfdi:Impuestos>' +
  '</cfdi:Comprobante>';

const tfdExample =
  '<tfd:TimbreFiscalDigital xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' +
  ' xsi:schemaLocation="http://www.sat.gob.mx/TimbreFiscalDigital http://www.sat.gob.mx/sitio_internet/cfd/TimbreFiscalDigital/TimbreFiscalDigitalv11.xsd"' +
  ' Version="1.1" UUID="6f35d3b5-3651-4370-bc2c-14cdbe384cd7" FechaTimbrado="2026-01-31T12:05:09" RfcProvCertif="TIM010101AB1"' +
  ' Leyenda="Timbre de prueba sin validez fiscal" SelloCFD="mXb3…" NoCertificadoSAT="30009143302841056677" SelloSAT="q9Zt…"/>';

const stampedXmlExample = documentExample.replace(
  '</cfdi:Comprobante>',
  `<cfdi:Complemento>${tfdExample}</cfdi:Complemento></cfdi:Comprobante>`,
);

export const stampExample = {
  id: 'stm_01jd5p0x7bf3k8s9w2m4n6q8rt',
  stamping_account_id: 'sta_01jd5nqz4hf8v9x0c2k3m5p7rs',
  environment: 'sandbox' as const,
  status: 'posted' as const,
  uuid: '6f35d3b5-3651-4370-bc2c-14cdbe384cd7',
  document_kind: 'I' as const,
  series: 'A',
  folio: '1024',
  issuer_rfc: 'EKU9003173C9',
  receiver_rfc: 'XAXX010101000',
  receiver_name: 'PUBLICO EN GENERAL',
  currency: 'MXN',
  total: '1160.00',
  fiscal_issued_at: '2026-01-31T12:04:58',
  fiscal_stamped_at: '2026-01-31T12:05:09',
  certifier: 'sandbox',
  certifier_rfc: 'TIM010101AB1',
  certifier_certificate_number: '30009143302841056677',
  idempotency_key: 'order-2026-000123',
  created_at: '2026-01-31T18:05:09.120Z',
};

export const stampedExample = {
  ...stampExample,
  replayed: false,
  identical: true,
  available_stamps: 99,
  xml: stampedXmlExample,
  tfd: tfdExample,
};

export const originalStringsExample = {
  document:
    '||4.0|A|1024|2026-01-31T12:04:58|03|30001000000500003416|1000.00|MXN|1160.00|I|01|PUE|06000|EKU9003173C9|…||',
  tfd: '||1.1|6f35d3b5-3651-4370-bc2c-14cdbe384cd7|2026-01-31T12:05:09|TIM010101AB1|Timbre de prueba sin validez fiscal|mXb3…|30009143302841056677||',
};

export const validationExample = {
  would_stamp: false,
  violations: [
    {
      code: '401',
      legacy_code: null,
      path: '/cfdi:Comprobante/@Fecha',
      expected: '2026-01-28T18:05:09Z or later',
      actual: '2026-01-20T12:04:58 in 06000 = 2026-01-20T18:04:58Z',
      message: 'The document was issued more than 72 hours ago and can no longer be stamped.',
    },
  ],
  refusal: null,
  earlier_stamp_id: null,
};
