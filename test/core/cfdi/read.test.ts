import fc from 'fast-check';
import t from 'tap';
import { MAX_BYTES, readDocument } from '../../../src/core/cfdi/index.js';
import { makeCfdi, makeIssuer } from '../../support/cfdi.js';

const issuer = await makeIssuer();
const good = makeCfdi({ ...issuer, fecha: '2026-01-15T12:00:00', addenda: '<a b="c">d</a>' });

/** The only violation of a document that cannot be read. */
function refusal(bytes: Buffer | string) {
  const result = readDocument(Buffer.from(bytes));
  if (result.ok || result.violations.length !== 1) throw new Error('one violation was expected');
  return result.violations[0]!;
}

t.test('what the platform keeps of a document', async (t) => {
  const result = readDocument(good);
  if (!result.ok) throw new Error('not read');
  const { summary } = result.document;
  t.match(summary, {
    version: '4.0',
    kind: 'I',
    serie: 'A',
    folio: '1',
    fecha: '2026-01-15T12:00:00',
    issuerRfc: 'EKU9003173C9',
    issuerName: 'ESCUELA KEMPER URGATE',
    receiverRfc: 'XAXX010101000',
    receiverName: 'PUBLICO EN GENERAL',
    currency: 'MXN',
    total: '1160.00',
    lugarExpedicion: '06000',
    uuid: null,
  });
  t.equal(summary.certificado, issuer.certificate.raw.toString('base64'));
  t.match(summary.noCertificado, /^3000[0-9]{16}$/);
  t.equal(result.document.bytes, good, 'the bytes themselves, not a copy');
});

t.test('301 for what cannot be read, with place and words in two languages', async (t) => {
  const text = good.toString();
  const declared = text.replace('UTF-8', 'ISO-8859-1');
  const refusals: Readonly<Record<string, [Buffer | string, en: RegExp, es: RegExp]>> = {
    truncated: [good.subarray(0, 2000), /not well-formed/, /no está bien formado/],
    DTD: [text.replace('<cfdi:Comprobante', '<!DOCTYPE x>$&'), /document type/, /DTD/],
    'another encoding': [declared, /UTF-8 and is not: ISO-8859-1/, /UTF-8 y no lo está: ISO-8859-1/],
    'not XML': ['{"a":1}', /not well-formed/, /no está bien formado/],
    empty: ['', /not well-formed/, /no está bien formado/],
    deep: [text.replace('<a b', `${'<q>'.repeat(200)}$&`), /nested/, /anidados/],
  };
  for (const [name, [bytes, en, es]] of Object.entries(refusals)) {
    t.match(refusal(bytes), { code: '301', legacy_code: null, message: { en, es } }, name);
  }
  t.match(
    refusal(text.replace('</cfdi:Emisor', '</x').replace('<cfdi:Receptor', '<cfdi:Receptor <')).path,
    /^\/cfdi:Comprobante/,
  );
});

t.test('a document of the greatest size is read, one byte more is not', async (t) => {
  const padding = MAX_BYTES - good.length - '<!---->'.length;
  const largest = Buffer.concat([good, Buffer.from(`<!--${' '.repeat(padding)}-->`)]);
  t.equal(largest.length, MAX_BYTES);
  t.equal(readDocument(largest).ok, true);
  t.match(refusal(Buffer.concat([largest, Buffer.from(' ')])), { code: '301', actual: String(MAX_BYTES) });
});

t.test('no bytes make it throw, and a refusal stays small', async () => {
  const position = fc.nat({ max: good.length - 1 });
  const edits = fc.array(
    fc.tuple(
      position,
      position,
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '<', '>', '&', '/>', '<!--', ']]>', '\0', '|', ' ')),
    ),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(edits, (list) => {
      let bytes = good;
      for (const [from, length, text] of list) {
        bytes = Buffer.concat([bytes.subarray(0, from), Buffer.from(text), bytes.subarray(from + (length % 8))]);
      }
      const result = readDocument(bytes);
      return result.ok || (result.violations.length > 0 && JSON.stringify(result).length < 200_000);
    }),
    { numRuns: 500 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => !readDocument(Buffer.from(bytes)).ok));
});

t.test('a flood of faults is answered with a small list', async (t) => {
  const long = 'x'.repeat(1_000_000);
  const floods = [
    good.toString().replace('<cfdi:Emisor', `<${long}/>$&`),
    good.toString().replace('Nombre="', `${long}="" Nombre="`),
    good.toString().replace('PUBLICO', long),
    good.toString().replace('<cfdi:Emisor', `<z xmlns="${long}"/>$&`),
    good
      .toString()
      .replace(
        '</cfdi:Concepto>',
        `<cfdi:ComplementoConcepto>${`<z xmlns="${'u'.repeat(5000)}"/>`.repeat(500)}</cfdi:ComplementoConcepto>$&`,
      ),
  ];
  for (const [index, text] of floods.entries()) {
    const result = readDocument(Buffer.from(text));
    t.notOk(result.ok, String(index));
    t.ok(JSON.stringify(result).length < 200_000, String(index));
  }
});
