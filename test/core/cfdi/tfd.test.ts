import { sign } from 'node:crypto';
import t, { type Test } from 'tap';
import { timbreFiscalDigital } from '../../../src/core/cfdi/declarations.js';
import {
  applyInsertion,
  checkPriorStamp,
  insertTfd,
  readDocument,
  sealConfirms,
  type Tfd,
  tfdOriginalString,
  tfdXml,
} from '../../../src/core/cfdi/index.js';
import { bind } from '../../../src/core/cfdi/structure.js';
import { readXml } from '../../../src/core/cfdi/xml.js';
import { type CfdiOptions, makeCfdi, makeIssuer } from '../../support/cfdi.js';

const issuer = await makeIssuer();
const base: CfdiOptions = { ...issuer, fecha: '2026-01-15T12:00:00' };

const fields = {
  uuid: '2f0bd5e8-3f4b-4d59-8a0f-0c9a4f9f3b11',
  fechaTimbrado: '2026-01-15T12:00:05',
  rfcProvCertif: 'TIM010101AB1',
  leyenda: 'Timbre de prueba & más',
  selloCfd: 'AA==',
  noCertificadoSat: '30001000000500003456',
};
const tfd: Tfd = { ...fields, selloSat: 'BB==' };

const read = (bytes: Buffer) => {
  const result = readDocument(bytes);
  if (!result.ok) throw new Error(JSON.stringify(result.violations));
  return result.document;
};

t.test('its original string', async (t) => {
  t.equal(
    tfdOriginalString(fields),
    '||1.1|2f0bd5e8-3f4b-4d59-8a0f-0c9a4f9f3b11|2026-01-15T12:00:05|TIM010101AB1|Timbre de prueba & más|AA==|30001000000500003456||',
  );
  t.match(tfdOriginalString({ ...fields, leyenda: null }), '|TIM010101AB1|AA==|');
});

t.test('what is built passes the structure of the TFD', async (t) => {
  for (const leyenda of [fields.leyenda, null]) {
    const { root } = readXml(Buffer.from(tfdXml({ ...tfd, leyenda })));
    t.same(bind(root, timbreFiscalDigital).violations, []);
  }
  const { root } = readXml(Buffer.from(tfdXml({ ...tfd, rfcProvCertif: 'XAXX010101000' })));
  t.equal(bind(root, timbreFiscalDigital).violations.length, 1, 'a person cannot be a PAC');
});

t.test('a stamped document: the TFD comes back, its seal holds, the original string stays', async (t) => {
  const document = read(makeCfdi(base));
  const signed = { ...fields, selloCfd: document.summary.sello };
  const selloSat = sign('sha256', Buffer.from(tfdOriginalString(signed)), issuer.privateKey).toString('base64');
  const stamped = read(applyInsertion(document.bytes, insertTfd(document, { ...signed, selloSat })));
  t.same(stamped.tfd, { ...signed, selloSat });
  t.equal(stamped.summary.uuid, fields.uuid);
  t.ok(sealConfirms(tfdOriginalString(stamped.tfd!), stamped.tfd!.selloSat, issuer.certificate.publicKey));
  t.equal(stamped.originalString, document.originalString);
  t.same(stamped.digests.fingerprint, document.digests.fingerprint);
  t.same(stamped.digests.attributes, document.digests.attributes, 'the TFD is no difference');
  t.notSame(stamped.digests.content, document.digests.content);
  t.equal(checkPriorStamp(document), null);
  t.match(checkPriorStamp(stamped), { code: '307', actual: fields.uuid });
});

/** Checks that a stamp adds bytes at one place, takes at most the two of `/>`, and leaves a good document. */
function checkInsertion(t: Test, bytes: Buffer, before: string, after: string): void {
  const document = read(bytes);
  const plan = insertTfd(document, tfd);
  const stamped = applyInsertion(bytes, plan);
  const length = Buffer.byteLength(plan.insertion);
  t.same(stamped.subarray(0, plan.offset), bytes.subarray(0, plan.offset), 'the bytes before stay');
  t.same(stamped.subarray(plan.offset + length), bytes.subarray(plan.offset + plan.replaced), 'the bytes behind stay');
  t.ok(plan.replaced === 0 || bytes.subarray(plan.offset, plan.offset + plan.replaced).toString() === '/>');
  t.ok(bytes.subarray(0, plan.offset).toString().endsWith(before), 'place');
  t.ok(
    bytes
      .subarray(plan.offset + plan.replaced)
      .toString()
      .startsWith(after),
    'place',
  );
  t.same(read(stamped).tfd, tfd);
  t.equal(read(stamped).originalString, document.originalString);
}

t.test('it goes where the schema wants it, and every other byte stays', async (t) => {
  const variants: Readonly<Record<string, [Partial<CfdiOptions>, before: string, after: string]>> = {
    'no Complemento': [{}, '</cfdi:Impuestos>', '\n</cfdi:Comprobante>'],
    'no Complemento, an Addenda': [{ addenda: '<a/>' }, '</cfdi:Impuestos>', '\n  <cfdi:Addenda>'],
    'no Complemento, no Impuestos': [
      { edit: (xml) => xml.replace(/<cfdi:Impuestos Total[\s\S]*<\/cfdi:Impuestos>/, '') },
      '</cfdi:Conceptos>',
      '\n',
    ],
    'an empty Complemento, short': [{ complemento: '' }, '<cfdi:Complemento', '\n</cfdi:Comprobante>'],
    'short, with space and an Addenda': [
      {
        addenda: '<cfdi:Complemento/>',
        complemento: '',
        edit: (xml) => xml.replace('<cfdi:Complemento/>', '<cfdi:Complemento  />'),
      },
      '<cfdi:Complemento  ',
      '\n  <cfdi:Addenda>',
    ],
    'an empty Complemento, long': [{ complemento: ' ' }, '<cfdi:Complemento> ', '</cfdi:Complemento>'],
    'a spaced end tag': [
      {
        complemento: '',
        edit: (xml) => xml.replace('<cfdi:Complemento/>', '<cfdi:Complemento></cfdi:Complemento \n>'),
      },
      '<cfdi:Complemento>',
      '</cfdi:Complemento \n>',
    ],
    'a comment that speaks of an end tag': [
      { complemento: '<!-- </cfdi:Complemento> -->' },
      '<!-- </cfdi:Complemento> -->',
      '</cfdi:Complemento>',
    ],
    'other prefixes': [
      { edit: (xml) => xml.replaceAll('cfdi:', 'c:').replace('xmlns:cfdi', 'xmlns:c') },
      '</c:Impuestos>',
      '\n</c:Comprobante>',
    ],
    'no prefix': [
      { edit: (xml) => xml.replaceAll('cfdi:', '').replace('xmlns:cfdi', 'xmlns'), addenda: '<a/>' },
      '</Impuestos>',
      '\n  <Addenda>',
    ],
    'a prefix of its own': [
      {
        complemento: '',
        edit: (xml) => xml.replace('<cfdi:Complemento/>', '<k:Complemento xmlns:k="http://www.sat.gob.mx/cfd/4"/>'),
      },
      '<k:Complemento xmlns:k="http://www.sat.gob.mx/cfd/4"',
      '\n</cfdi:Comprobante>',
    ],
    'characters of several bytes, CRLF': [
      { nombre: 'Ñandú ⏻ 𝄞', edit: (xml) => xml.replaceAll('\n', '\r\n') },
      '</cfdi:Impuestos>',
      '\r\n</cfdi:Comprobante>',
    ],
    'comments behind the last element': [
      { edit: (xml) => xml.replace('</cfdi:Comprobante>', '<!-- end --></cfdi:Comprobante><!-- end -->') },
      '</cfdi:Impuestos>',
      '\n<!-- end --></cfdi:Comprobante>',
    ],
  };
  for (const [name, [options, before, after]] of Object.entries(variants)) {
    const bytes = makeCfdi({ ...base, ...options });
    t.test(name, async (t) => checkInsertion(t, bytes, before, after));
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    t.test(`${name}, behind a byte order mark`, async (t) => checkInsertion(t, marked, before, after));
  }
});

t.test('a TFD elsewhere is no stamp', async (t) => {
  const inAddenda = read(makeCfdi({ ...base, addenda: tfdXml(tfd) }));
  t.equal(inAddenda.tfd, null);
  const inConcept = makeCfdi({ ...base })
    .toString()
    .replace('</cfdi:Concepto>', `<cfdi:ComplementoConcepto>${tfdXml(tfd)}</cfdi:ComplementoConcepto>$&`);
  t.equal(readDocument(Buffer.from(inConcept)).ok, false, 'a concept cannot hold one');
  const broken = readDocument(
    Buffer.from(
      makeCfdi({ ...base, complemento: '' })
        .toString()
        .replace(
          '<cfdi:Complemento/>',
          '<cfdi:Complemento><t:TimbreFiscalDigital xmlns:t="http://www.sat.gob.mx/TimbreFiscalDigital"/></cfdi:Complemento>',
        ),
    ),
  );
  t.equal(broken.ok, false, 'nor is one that breaks its own schema');
});
