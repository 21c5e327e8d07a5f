import t from 'tap';
import type { Step } from '../../../src/core/cfdi/declarations.js';
import { comprobante } from '../../../src/core/cfdi/declarations.js';
import { readDocument } from '../../../src/core/cfdi/index.js';
import { originalString } from '../../../src/core/cfdi/original-string.js';
import { readXml } from '../../../src/core/cfdi/xml.js';
import { type CfdiOptions, cfdiText, makeIssuer } from '../../support/cfdi.js';

const issuer = await makeIssuer();

function stringOf(options: Partial<CfdiOptions>): string {
  const result = readDocument(Buffer.from(cfdiText({ ...issuer, fecha: '2026-01-15T12:00:00', ...options })));
  if (!result.ok) throw new Error(JSON.stringify(result.violations));
  return result.document.originalString;
}

const concept = (content: string) => ({
  edit: (xml: string) =>
    xml.replace(/(<cfdi:Concepto [^>]*>)[\s\S]*(<\/cfdi:Concepto>)/, (_, open, close) => open + content + close),
});

t.test('values stand in the order of SAT, whatever the order in the document', async (t) => {
  const plain = stringOf({});
  t.ok(plain.startsWith('||4.0|A|1|2026-01-15T12:00:00|03|3000'));
  t.ok(plain.endsWith('|1000.00|002|Tasa|0.160000|160.00|160.00||'));
  const reversed = stringOf({
    edit: (xml) =>
      xml.replace(
        /<cfdi:Receptor (.*?)\/>/,
        (_, list: string) =>
          `<cfdi:Receptor ${list
            .split(/(?<=") /)
            .reverse()
            .join(' ')}/>`,
      ),
  });
  t.equal(reversed, plain);
});

t.test('an optional attribute counts when it is there', async (t) => {
  t.ok(stringOf({ serie: null, folio: null }).startsWith('||4.0|2026-01-15'));
  t.equal(stringOf({ serie: 'A', folio: null }), stringOf({ serie: null, folio: 'A' }), 'no names: the two are alike');
  t.ok(stringOf({ attributes: { Confirmacion: 'ab1CD' } }).includes('|PUE|06000|ab1CD|'));
});

t.test('white space is normalised and nothing is escaped', async (t) => {
  const name = stringOf({ nombre: '  A\t&\n "B"\u00A0 <C>  ⏻ ' });
  t.ok(name.includes('|A & "B"\u00A0 <C> ⏻|'), 'a no-break space is no white space');
  t.ok(
    stringOf({ edit: (xml) => xml.replace('PUBLICO EN GENERAL', 'PUBLICO&#10;&#9;EN&#x20;&#13;GENERAL') }).includes(
      '|PUBLICO EN GENERAL|',
    ),
  );
  const customs = '<cfdi:InformacionAduanera NumeroPedimento="15  48  3009  0001234"/>';
  t.ok(stringOf(concept(customs)).includes('|15 48 3009 0001234|'), 'also where the schema keeps it');
});

t.test('the parts of a concept follow the stylesheet, not the document', async (t) => {
  const retention =
    '<cfdi:Retenciones><cfdi:Retencion Base="1" Impuesto="001" TipoFactor="Tasa" TasaOCuota="0.1" Importe="3"/></cfdi:Retenciones>';
  const transfer = '<cfdi:Traslados><cfdi:Traslado Base="2" Impuesto="002" TipoFactor="Exento"/></cfdi:Traslados>';
  const rest =
    '<cfdi:ACuentaTerceros RfcACuentaTerceros="XAXX010101000" NombreACuentaTerceros="T" RegimenFiscalACuentaTerceros="616" DomicilioFiscalACuentaTerceros="06000"/>' +
    '<cfdi:InformacionAduanera NumeroPedimento="15  48  3009  0001234"/><cfdi:CuentaPredial Numero="5"/><cfdi:CuentaPredial Numero="6"/>' +
    '<cfdi:Parte ClaveProdServ="01010101" Cantidad="7" Descripcion="P"><cfdi:InformacionAduanera NumeroPedimento="16  48  3009  0001234"/></cfdi:Parte>';
  const string = stringOf(concept(`<cfdi:Impuestos>${transfer}${retention}</cfdi:Impuestos>${rest}`));
  t.ok(
    string.includes(
      '|02|2|002|Exento|1|001|Tasa|0.1|3|XAXX010101000|T|616|06000|15 48 3009 0001234|5|6|01010101|7|P|16 48 3009 0001234|1000.00|',
    ),
    string,
  );
});

t.test('in the Impuestos of the document the totals follow their parts', async (t) => {
  const retention = '<cfdi:Retenciones><cfdi:Retencion Impuesto="001" Importe="3.00"/></cfdi:Retenciones>';
  const string = stringOf({
    edit: (xml) =>
      xml
        .replace(/<cfdi:Impuestos TotalImpuestosTrasladados="160.00">/, `$& ${retention}`)
        .replace('TotalImpuestosTrasladados', 'TotalImpuestosRetenidos="3.00" TotalImpuestosTrasladados'),
  });
  t.ok(string.endsWith('|001|3.00|3.00|1000.00|002|Tasa|0.160000|160.00|160.00||'));
});

t.test('global information and related documents stand before the issuer', async (t) => {
  const uuids = ['a', 'b'].map((digit) => `${digit.repeat(8)}-0000-0000-0000-000000000000`);
  const related = `<cfdi:CfdiRelacionados TipoRelacion="01">${uuids.map((uuid) => `<cfdi:CfdiRelacionado UUID="${uuid}"/>`).join('')}</cfdi:CfdiRelacionados>`;
  const string = stringOf({
    edit: (xml) =>
      xml.replace(
        '<cfdi:Emisor',
        `<cfdi:InformacionGlobal Periodicidad="01" Meses="02" Año="2026"/>${related}${related}$&`,
      ),
  });
  const group = `01|${uuids.join('|')}`;
  t.ok(string.includes(`|06000|01|02|2026|${group}|${group}|EKU9003173C9|`));
});

t.test('Addenda and TFD are left out, complements follow in document order', async (t) => {
  const payment = (version: string) =>
    `<pago20:Pagos xmlns:pago20="http://www.sat.gob.mx/Pagos20" Version="${version}"><pago20:Totales MontoTotalPagos="${version}"/>` +
    '<pago20:Pago FechaPago="2026-01-01T00:00:00" FormaDePagoP="01" MonedaP="MXN" TipoCambioP="1" Monto="1.00"><pago20:DoctoRelacionado IdDocumento="aaaaaaaa-0000-0000-0000-000000000000" MonedaDR="MXN" NumParcialidad="1" ImpSaldoAnt="1.00" ImpPagado="1.00" ImpSaldoInsoluto="0.00" ObjetoImpDR="01"/></pago20:Pago></pago20:Pagos>';
  const withAddenda = stringOf({ addenda: '<a b="c">d</a>' });
  t.equal(withAddenda, stringOf({}));
  t.ok(
    stringOf({ complemento: payment('2.0') }).endsWith(
      '|160.00|2.0|2.0|2026-01-01T00:00:00|01|MXN|1|1.00|aaaaaaaa-0000-0000-0000-000000000000|MXN|1|1.00|1.00|0.00|01||',
    ),
  );
});

t.test('a value that SAT always gives stands empty where it is missing, another one does not stand', async (t) => {
  const element = readXml(Buffer.from('<a> x  y </a>')).root;
  const string = (...steps: Step[]) =>
    originalString({
      element,
      declaration: { ...comprobante, originalString: steps },
      values: [undefined, '', ' v '],
      children: [],
    });
  const attribute = (slot: number, always: boolean): Step => ({ kind: 'attribute', slot, always });
  t.equal(string(attribute(0, true), attribute(2, true)), '|||v||');
  t.equal(string(attribute(0, false), attribute(2, false)), '||v||');
  t.equal(string(attribute(1, false)), '||||', 'present and empty: a value');
  t.equal(string({ kind: 'text', always: true }), '||x y||');
});
