import { createHash } from 'node:crypto';
import t from 'tap';
import { type Digests, readDocument } from '../../../src/core/cfdi/index.js';
import { type CfdiOptions, makeCfdi, makeIssuer } from '../../support/cfdi.js';

const issuer = await makeIssuer();

function digests(options: Partial<CfdiOptions> = {}, after: (xml: string) => string = (xml) => xml): Digests {
  const xml = after(makeCfdi({ ...issuer, fecha: '2026-01-15T12:00:00', ...options }).toString());
  const result = readDocument(Buffer.from(xml));
  if (!result.ok) throw new Error(JSON.stringify(result.violations));
  return result.document.digests;
}

const hex = (digest: Buffer) => digest.toString('hex');
const plain = digests();

t.test('what they are, exactly', async (t) => {
  const bytes = makeCfdi({ ...issuer, fecha: '2026-01-15T12:00:00' });
  const result = readDocument(bytes);
  if (!result.ok) throw new Error('not read');
  const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  t.equal(hex(plain.content), sha256(bytes));
  t.equal(hex(plain.fingerprint), sha256(`EKU9003173C9\n${result.document.originalString}`));
  t.equal(plain.attributes.length, 32);
});

t.test('the same original string, other attributes', async (t) => {
  const serie = digests({ serie: 'A', folio: null });
  const folio = digests({ serie: null, folio: 'A' });
  t.equal(hex(serie.fingerprint), hex(folio.fingerprint));
  t.not(hex(serie.attributes), hex(folio.attributes));
});

t.test('no difference: how it is written', async (t) => {
  const same: Record<string, Digests> = {
    'an Addenda': digests({ addenda: '<a b="c"/>' }),
    'an empty Complemento': digests({ complemento: '' }),
    'another seal': digests({}, (xml) => xml.replace(/Sello="...../, 'Sello="AAAAA')),
    'another certificate in base64': digests({}, (xml) => xml.replace(/Certificado="MIIC/, 'Certificado="MIID')),
    'another schemaLocation': digests({ attributes: { 'xsi:schemaLocation': 'a b' } }),
    'another prefix': digests({ edit: (xml) => xml.replaceAll('cfdi:', 'c:').replace('xmlns:cfdi', 'xmlns:c') }),
    'another order of attributes': digests({}, (xml) => xml.replace(/(Serie="A") (Folio="1")/, '$2 $1')),
    'other white space': digests({}, (xml) => xml.replaceAll('\n', '\r\n\t').replace('PUBLICO EN', ' PUBLICO  EN')),
    'comments and references': digests({}, (xml) =>
      xml.replace('<cfdi:Emisor', '<!-- --><?p?>$&').replace('PUBLICO', '&#80;UBLICO'),
    ),
    'a byte order mark': digests({}, (xml) => `\uFEFF${xml}`),
  };
  for (const [name, other] of Object.entries(same)) {
    t.equal(hex(other.fingerprint), hex(plain.fingerprint), name);
    t.equal(hex(other.attributes), hex(plain.attributes), name);
  }
  t.not(hex(same['an Addenda']!.content), hex(plain.content), 'but the bytes differ');
});

t.test('a difference: what it says', async (t) => {
  const concept = (xml: string) => /<cfdi:Concepto [\s\S]*<\/cfdi:Concepto>/.exec(xml)![0];
  const different: Record<string, Digests> = {
    total: digests({ attributes: { Total: '1160.01' } }),
    series: digests({ serie: 'B' }),
    'one concept more': digests({ edit: (xml) => xml.replace(concept(xml), concept(xml).repeat(2)) }),
    'upper case': digests({ nombre: 'Escuela Kemper Urgate' }),
  };
  for (const [name, other] of Object.entries(different)) {
    t.not(hex(other.fingerprint), hex(plain.fingerprint), name);
    t.not(hex(other.attributes), hex(plain.attributes), name);
  }
  t.not(hex(digests({ rfc: 'AAA010101AAA' }).fingerprint), hex(plain.fingerprint), 'issuer');
});

t.test('moving a value to another element is a difference', async (t) => {
  const taxes = (order: string[]) =>
    digests({
      edit: (xml) =>
        xml.replace(/<cfdi:Traslados>[\s\S]*?<\/cfdi:Traslados>/, `<cfdi:Traslados>${order.join('')}</cfdi:Traslados>`),
    });
  const exempt = '<cfdi:Traslado Base="1" Impuesto="002" TipoFactor="Exento"/>';
  const rate = '<cfdi:Traslado Base="2" Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.16" Importe="1"/>';
  t.not(hex(taxes([exempt, rate]).attributes), hex(taxes([rate, exempt]).attributes));
});
