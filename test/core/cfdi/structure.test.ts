import t from 'tap';
import { readDocument } from '../../../src/core/cfdi/index.js';
import { MAX_VIOLATIONS } from '../../../src/core/cfdi/structure.js';
import type { Violation } from '../../../src/problems.js';
import { type CfdiOptions, cfdiText, makeIssuer } from '../../support/cfdi.js';

const issuer = await makeIssuer();
const base: CfdiOptions = { ...issuer, fecha: '2026-01-15T12:00:00' };

function violations(options: Partial<CfdiOptions>): readonly Violation[] {
  const result = readDocument(Buffer.from(cfdiText({ ...base, ...options })));
  return result.ok ? [] : result.violations;
}

/** Code and place of each fault. */
const places = (options: Partial<CfdiOptions>) => violations(options).map(({ code, path }) => `${code} ${path}`);

const replacing = (from: string, to: string) => ({
  edit: (xml: string) => {
    if (!xml.includes(from)) throw new Error(`${from} is not there`);
    return xml.replace(from, () => to);
  },
});

const ROOT = '/cfdi:Comprobante';
const CONCEPT = `${ROOT}/cfdi:Conceptos/cfdi:Concepto`;

t.test('a good document has no fault', async (t) => {
  t.same(violations({}), []);
  t.same(violations({ addenda: '<x:y xmlns:x="u" z="|">text<w/></x:y>', complemento: '' }), []);
});

t.test('attributes: missing, unknown, of the wrong form', async (t) => {
  t.same(places({ attributes: { Total: null } }), [`301 ${ROOT}/@Total`]);
  t.same(places({ attributes: { Totale: '1' } }), [`301 ${ROOT}/@Totale`]);
  t.same(places({ attributes: { 'xml:lang': 'es' } }), [`301 ${ROOT}/@xml:lang`]);
  t.same(places({ attributes: { 'xsi:type': 'x' } }), [`301 ${ROOT}/@xsi:type`]);
  t.same(places({ attributes: { 'cfdi:Total': '1' } }), [`301 ${ROOT}/@cfdi:Total`]);
  t.same(places({ attributes: { Total: '-1' } }), [`301 ${ROOT}/@Total`]);
  t.same(places({ attributes: { Total: '1.1234567' } }), [`301 ${ROOT}/@Total`]);
  t.same(places({ attributes: { Serie: 'a|b' } }), [`301 ${ROOT}/@Serie`]);
  t.same(places({ attributes: { Serie: '' } }), [`301 ${ROOT}/@Serie`]);
  t.same(places({ attributes: { Serie: 'x'.repeat(26) } }), [`301 ${ROOT}/@Serie`]);
  t.same(places({ attributes: { Version: '3.3' } }), [`301 ${ROOT}/@Version`]);
  t.same(places({ attributes: { Moneda: 'M|N' } }), [`301 ${ROOT}/@Moneda`]);
  t.same(places({ rfc: 'EKU9013173C9' }), [`301 ${ROOT}/cfdi:Emisor/@Rfc`]);
  t.same(violations({ rfc: 'ÑÑ&901217ÑÑ0' }).length, 1);
  t.same(violations({ rfc: 'Ñ&Ñ901217AB0' }), []);
});

t.test('a value is quoted with what was expected', async (t) => {
  const [first] = violations({ attributes: { NoCertificado: '123' } });
  t.match(first, { code: '301', legacy_code: null, expected: '20 characters', actual: '123' });
  t.match(first!.message, { en: /NoCertificado/, es: /NoCertificado/ });
  const [long] = violations({ attributes: { Serie: 'x'.repeat(5000) } });
  t.ok(long!.actual!.length < 300, 'long values are cut');
});

t.test('CFDI40101: the form of Fecha', async (t) => {
  for (const fecha of ['2026-1-15T12:00:00', '2026-02-30T12:00:00', '2026-01-15T12:00:00Z', '2026-01-15', ''])
    t.same(places({ fecha }), [`CFDI40101 ${ROOT}/@Fecha`], fecha);
  t.same(places({ attributes: { Fecha: null } }), [`301 ${ROOT}/@Fecha`], 'a missing one is a fault of structure');
});

t.test('elements: missing, unknown, misplaced, too many', async (t) => {
  const emisor = /<cfdi:Emisor [^>]*>/;
  t.same(places({ edit: (xml) => xml.replace(emisor, '') }), [`301 ${ROOT}`]);
  t.same(places(replacing('<cfdi:Conceptos>', '<cfdi:Otro/><cfdi:Conceptos>')), [`301 ${ROOT}/cfdi:Otro`]);
  t.same(places({ edit: (xml) => xml.replace(emisor, '$&$&') }), [`301 ${ROOT}/cfdi:Emisor[2]`]);
  const swapped = places({ edit: (xml) => xml.replace(/(<cfdi:Emisor [^>]*>)\s*(<cfdi:Receptor [^>]*>)/, '$2$1') });
  t.same(swapped, [`301 ${ROOT}/cfdi:Emisor`]);
  t.same(places(replacing('<cfdi:Conceptos>', '<Otro xmlns="u"/><cfdi:Conceptos>')), [`301 ${ROOT}/Otro`]);
  t.same(places({ edit: (xml) => xml.replace(/<cfdi:Conceptos>[\s\S]*<\/cfdi:Conceptos>/, '<cfdi:Conceptos/>') }), [
    `301 ${ROOT}/cfdi:Conceptos`,
  ]);
});

t.test('text where none may stand', async (t) => {
  t.same(places(replacing('<cfdi:Conceptos>', 'x<cfdi:Conceptos>')), [`301 ${ROOT}`]);
  t.same(places(replacing('<cfdi:Conceptos>', '<![CDATA[ ]]><cfdi:Conceptos>')), [], 'white space, however written');
  t.same(places({ edit: (xml) => xml.replace(/(<cfdi:Emisor [^>]*)\/>/, '$1> </cfdi:Emisor>') }), [
    `301 ${ROOT}/cfdi:Emisor`,
  ]);
  t.same(places({ edit: (xml) => xml.replace(/(<cfdi:Emisor [^>]*)\/>/, '$1><!-- c --></cfdi:Emisor>') }), []);
});

t.test('all faults at once, each with its position', async (t) => {
  const second = (xml: string) =>
    xml
      .replace(
        /<cfdi:Concepto [\s\S]*<\/cfdi:Concepto>/,
        (concept) => concept + concept.replace('Cantidad="1"', 'Cantidad="x"'),
      )
      .replace('Nombre="PUBLICO EN GENERAL"', '');
  t.same(places({ edit: second, attributes: { Total: 'x', Exportacion: null } }), [
    `301 ${ROOT}/@Total`,
    `301 ${ROOT}/@Exportacion`,
    `301 ${ROOT}/cfdi:Receptor/@Nombre`,
    `301 ${CONCEPT}[2]/@Cantidad`,
  ]);
});

t.test('faults are listed up to a limit, and the list says so', async (t) => {
  const many = violations({
    edit: (xml) => xml.replace(/<cfdi:Concepto [\s\S]*<\/cfdi:Concepto>/, '<cfdi:Concepto/>'.repeat(1000)),
  });
  t.equal(many.length, MAX_VIOLATIONS + 1);
  t.match(many.at(-1)!.message, { en: /first 100/, es: /primeros 100/ });
});

t.test('namespaces decide, prefixes do not', async (t) => {
  const defaulted = (xml: string) => xml.replaceAll('cfdi:', '').replace('xmlns:cfdi', 'xmlns');
  const renamed = (xml: string) => xml.replaceAll('cfdi:', 'c:').replace('xmlns:cfdi', 'xmlns:c');
  t.same(violations({ edit: defaulted }), []);
  t.same(violations({ edit: renamed }), []);
  t.same(places({ edit: renamed, attributes: { Total: 'x' } }), [`301 ${ROOT}/@Total`], 'paths as SAT writes them');
  const [other] = violations({ edit: (xml) => xml.replace('cfd/4"', 'cfd/3"') });
  t.match(other, { code: '301', actual: '{http://www.sat.gob.mx/cfd/3}Comprobante' });
});

t.test('a complement without facts is refused by name', async (t) => {
  const complemento = '<implocal:ImpuestosLocales xmlns:implocal="http://www.sat.gob.mx/implocal" version="1.0"/>';
  const [first, ...rest] = violations({ complemento });
  t.same(rest, []);
  t.match(first, {
    code: '301',
    path: `${ROOT}/cfdi:Complemento/implocal:ImpuestosLocales`,
    actual: '{http://www.sat.gob.mx/implocal}ImpuestosLocales',
  });
  t.match(first!.message.en, /implocal:ImpuestosLocales .*http:\/\/www\.sat\.gob\.mx\/implocal.* not supported/);
  const inConcept =
    '<cfdi:ComplementoConcepto><i:instEducativas xmlns:i="http://www.sat.gob.mx/iedu"/></cfdi:ComplementoConcepto>';
  t.same(places(replacing('</cfdi:Concepto>', `${inConcept}</cfdi:Concepto>`)), [
    `301 ${CONCEPT}/cfdi:ComplementoConcepto/i:instEducativas`,
  ]);
  t.equal(places({ complemento: '<cfdi:Comprobante/>' }).length, 1, 'a CFDI is no complement');
  t.equal(places({ complemento: '<Pagos/>' }).length, 1, 'nor is a name without namespace');
});

t.test('10,000 concepts are checked by as many steps', async (t) => {
  const concepts = (count: number) => (xml: string) =>
    xml.replace(/<cfdi:Concepto [\s\S]*<\/cfdi:Concepto>/, (concept) => concept.repeat(count));
  const result = readDocument(Buffer.from(cfdiText({ ...base, edit: concepts(10_000) })));
  t.ok(result.ok);
  if (result.ok) t.equal(result.document.originalString.split('|84111506|').length - 1, 10_000);
  const faults = violations({ edit: (xml) => concepts(10_000)(xml).replaceAll('Cantidad="1"', 'Cantidad="0"') });
  t.equal(faults.length, MAX_VIOLATIONS + 1, 'and the faults of them all');
});
