import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { readDocument, sealConfirms, tfdOriginalString, verifySeal } from '../../src/core/cfdi/index.js';
import { certificateNumber } from '../support/cfdi.js';
import { satFiles, withoutReference } from '../support/sat-reference.js';

/** Published documents with the original strings that their seals confirm: ours are the same to the byte. */
const documents = satFiles('cfdi', '.xml');
const isBadSeal = (file: string) => file.endsWith('.bad-seal.xml');

/** Published with the TFD of another seal: the document was sealed anew after it had been stamped. */
const foreignTfd: ReadonlySet<string> = new Set(['3c20f1a4d2a16895.xml']);

/** The text beside a document, when there is one. */
function beside(file: string, ending: string): string | null {
  const name = file.replace(/\.xml$/, ending);
  return existsSync(name) ? readFileSync(name, 'utf8') : null;
}

/** Certificates of PACs by their number. */
const pacCertificates = new Map(
  satFiles('pac-certificates', '.cer').map((file) => {
    const certificate = new X509Certificate(readFileSync(file));
    return [certificateNumber(certificate), certificate];
  }),
);

t.test('documents with a good seal', { skip: withoutReference }, async (t) => {
  t.ok(
    documents.some((file) => !isBadSeal(file)),
    'there are some',
  );
  for (const file of documents.filter((candidate) => !isBadSeal(candidate))) {
    const result = readDocument(readFileSync(file));
    const name = path.basename(file);
    if (!result.ok) {
      // A complement may have no facts yet; any other fault in a sealed document is ours.
      t.same(
        result.violations.filter(({ message }) => !message.en.includes('is not supported')),
        [],
        `${name}: refused for its complement alone`,
      );
      continue;
    }
    const { document } = result;
    t.equal(document.originalString, beside(file, '.cadena.txt'), `${name}: original string`);
    const key = new X509Certificate(Buffer.from(document.summary.certificado, 'base64')).publicKey;
    t.equal(verifySeal(document, key), null, `${name}: seal`);
    const tfdString = beside(file, '.tfd-cadena.txt');
    if (document.tfd === null) {
      // Some were published without the TFD that they had; its original string must still speak of this seal.
      if (tfdString !== null) t.ok(tfdString.includes(`|${document.summary.sello}|`), `${name}: SelloCFD`);
      continue;
    }
    t.equal(tfdOriginalString(document.tfd), tfdString, `${name}: original string of the TFD`);
    t.equal(document.tfd.selloCfd === document.summary.sello, !foreignTfd.has(name), `${name}: SelloCFD`);
    const pac = pacCertificates.get(document.tfd.noCertificadoSat);
    if (pac !== undefined)
      t.ok(sealConfirms(tfdOriginalString(document.tfd), document.tfd.selloSat, pac.publicKey), `${name}: SelloSAT`);
  }
});

t.test('documents with a bad seal are refused', { skip: withoutReference }, async (t) => {
  for (const file of documents.filter(isBadSeal)) {
    const result = readDocument(readFileSync(file));
    const name = path.basename(file);
    if (!result.ok) {
      t.ok(result.violations.length > 0, name);
      continue;
    }
    const key = new X509Certificate(Buffer.from(result.document.summary.certificado, 'base64')).publicKey;
    t.match(verifySeal(result.document, key), { code: 'CFDI40102', legacy_code: '302' }, name);
  }
});
