import { createHash, generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { type CfdiDocument, readDocument, sealConfirms, verifySeal } from '../../../src/core/cfdi/index.js';
import { makeCfdi, makeIssuer } from '../../support/cfdi.js';

const issuer = await makeIssuer();
const key = issuer.certificate.publicKey;

function read(text: string | Buffer): CfdiDocument {
  const result = readDocument(Buffer.from(text));
  if (!result.ok) throw new Error(JSON.stringify(result.violations));
  return result.document;
}

const good = makeCfdi({ ...issuer, fecha: '2026-01-15T12:00:00' }).toString();

t.test('a good seal', async (t) => {
  t.equal(verifySeal(read(good), key), null);
});

t.test('any sealed attribute that changes breaks it', async (t) => {
  const changed = read(good.replace(' Total="1160.00"', ' Total="1160.01"'));
  t.match(verifySeal(changed, key), {
    code: 'CFDI40102',
    legacy_code: '302',
    path: '/cfdi:Comprobante/@Sello',
    expected: createHash('sha256').update(changed.originalString).digest('hex'),
    actual: createHash('sha256').update(read(good).originalString).digest('hex'),
  });
});

t.test('seals that are none', async (t) => {
  const { originalString, summary } = read(good);
  const seals = {
    empty: '',
    short: summary.sello.slice(0, 100),
    'not base64': `${summary.sello.slice(0, -4)}****`,
    'with line breaks': `${summary.sello.slice(0, 76)} ${summary.sello.slice(76)}`,
    'a byte more': Buffer.concat([Buffer.from(summary.sello, 'base64'), Buffer.from([0])]).toString('base64'),
  };
  for (const [name, seal] of Object.entries(seals)) {
    t.equal(sealConfirms(originalString, seal, key), false, name);
    const refused = verifySeal(read(good.replace(/Sello="[^"]*"/, `Sello="${seal}"`)), key);
    t.match(refused, { code: 'CFDI40102', actual: null }, name);
  }
});

t.test('the key of another, or of another kind', async (t) => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  t.match(verifySeal(read(good), other), { code: 'CFDI40102' });
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  t.match(verifySeal(read(good), elliptic), { code: 'CFDI40102', actual: null });
});
