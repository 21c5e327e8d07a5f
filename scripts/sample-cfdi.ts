/**
 * `npx tsx scripts/sample-cfdi.ts csd.json [folio] > cfdi.xml`: a CFDI 4.0 issued now, sealed with a CSD as
 * `POST /v1/sandbox/certificates` answers it. What an ERP does on its side, for trying with curl.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { localTime } from '../src/core/cfdi/index.js';
import { makeCfdi } from '../test/support/cfdi.js';

const [file, folio = '1'] = process.argv.slice(2);
if (file === undefined) throw new Error('Which CSD? Give the file with the answer of POST /v1/sandbox/certificates.');
const csd = JSON.parse(readFileSync(file, 'utf8')) as Record<'certificate' | 'private_key' | 'password', string>;
const key = Buffer.from(csd.private_key, 'base64');
process.stdout.write(
  makeCfdi({
    certificate: new X509Certificate(Buffer.from(csd.certificate, 'base64')),
    privateKey: createPrivateKey({ key, format: 'der', type: 'pkcs8', passphrase: csd.password }),
    fecha: localTime(new Date(), 'America/Mexico_City'),
    folio,
  }),
);
