/**
 * `npm run demo`: starts Timbrel on an embedded database of its own and does, over HTTP, what a provider and an ERP do
 * from the first log-in to the first stamp, printing the curl command of each step. Ends with exit code 0 when all went
 * well; with `--serve` the server stays up until it is interrupted.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { localTime } from '../../src/core/cfdi/index.js';
import { makeCfdi } from '../../test/support/cfdi.js';
import { checkStamp } from './check-stamp.js';
import { type Json, Narrator } from './narrator.js';
import { type DemoServer, startServer } from './server.js';

const issuer = { rfc: 'EKU9003173C9', legal_name: 'ESCUELA KEMPER URGATE' };
const taxpayer = { ...issuer, tax_regime: '601', postal_code: '06000' };

process.stdout.write('Timbrel starts on an embedded database.\n');
const server = await startServer();
let exitCode = 0;
try {
  await tour(server, new Narrator(server.base));
  if (process.argv.includes('--serve')) await stayUp(server);
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  exitCode = 1;
} finally {
  await server.stop();
}
process.exitCode = exitCode;

async function tour({ staff, folder }: DemoServer, narrator: Narrator): Promise<void> {
  const session = await narrator.do({
    title: 'Log in as staff',
    method: 'POST',
    path: '/v1/sessions',
    json: staff,
    expect: 201,
    show: ['token_type', 'expires_in'],
  });
  narrator.set('TOKEN', String(session.body.access_token));
  const { nic, account } = await openAccount(narrator);
  await register(narrator, nic);
  const cfdi = await sealedDocument(narrator, folder);
  await stampTwice(narrator, account, cfdi);
}

async function openAccount(narrator: Narrator) {
  const { body } = await narrator.do({
    title: 'Create a customer; a standard stamping account comes with it',
    method: 'POST',
    path: '/v1/customers',
    as: 'profile',
    key: 'demo-customer',
    json: taxpayer,
    expect: 201,
    show: ['nic', 'legal_name'],
  });
  const account = String((body.stamping_account as Json).id);
  narrator.note('Its id and secret are what machines stamp with. The secret is shown this one time.');
  narrator.set('ACCOUNT', account);
  narrator.set('SECRET', String((body.machine_secret as Json).secret));
  await narrator.do({
    title: 'Grant it ten sandbox stamps',
    method: 'POST',
    path: `/v1/stamping-accounts/${account}/grants`,
    as: 'profile',
    key: 'demo-grant',
    json: { amount: 10, reason: 'For trying' },
    expect: 201,
    show: ['id', 'amount'],
  });
  return { nic: String(body.nic), account };
}

async function register(narrator: Narrator, nic: string): Promise<void> {
  await narrator.do({
    title: 'Register the issuer of the documents',
    method: 'POST',
    path: `/v1/customers/${nic}/emitters`,
    as: 'profile',
    key: 'demo-emitter',
    json: taxpayer,
    expect: 201,
    show: ['id', 'rfc', 'status'],
  });
}

interface SealedFile {
  readonly file: string;
  readonly bytes: Buffer;
}

/** As an ERP does it: the key stays here, the platform gets a sealed document. */
async function sealedDocument(narrator: Narrator, folder: string): Promise<SealedFile> {
  const { body } = await narrator.do({
    title: 'Get a certificate (CSD) to try with',
    method: 'POST',
    path: '/v1/sandbox/certificates',
    as: 'account',
    json: issuer,
    expect: 201,
    show: ['certificate_number'],
  });
  const [certificate, key] = [body.certificate, body.private_key].map((text) => Buffer.from(String(text), 'base64'));
  const bytes = makeCfdi({
    certificate: new X509Certificate(certificate!),
    privateKey: createPrivateKey({ key: key!, format: 'der', type: 'pkcs8', passphrase: String(body.password) }),
    fecha: localTime(new Date(), 'America/Mexico_City'),
    folio: '1024',
  });
  const file = path.join(folder, 'cfdi.xml');
  await writeFile(file, bytes);
  narrator.heading('Make a CFDI 4.0 and seal it');
  narrator.note(`${file}: ${bytes.length} bytes`);
  return { file, bytes };
}

async function stampTwice(narrator: Narrator, account: string, xml: SealedFile): Promise<void> {
  const balance = () =>
    narrator.do({
      title: 'Look at the balance',
      method: 'GET',
      path: `/v1/stamping-accounts/${account}/balance`,
      as: 'account',
      expect: 200,
      show: ['available_stamps', 'consumed_stamps'],
    });
  const stamp = (title: string) =>
    narrator.do({
      title,
      method: 'POST',
      path: '/v1/stamps',
      as: 'account',
      key: 'demo-invoice-1024',
      xml,
      expect: 201,
      show: ['id', 'uuid', 'replayed', 'available_stamps'],
    });
  await balance();
  const first = await stamp('Stamp it');
  await check(narrator, String(first.body.xml), xml.bytes);
  const again = await narrator.do({
    title: 'Fetch the stamped document again',
    method: 'GET',
    path: `/v1/stamps/${String(first.body.id)}/xml`,
    as: 'account',
    expect: 200,
    show: [],
  });
  ensure(again.text === first.body.xml, 'the document fetched is the document stamped');
  const retry = await stamp('Retry the same call, as after a lost answer');
  ensure(retry.replayed && retry.body.uuid === first.body.uuid, 'the retry brought the same stamp');
  const { body } = await balance();
  ensure(body.available_stamps === 9 && body.consumed_stamps === 1, 'one document was charged once');
  narrator.note('One document, one stamp, one charge.');
}

async function check(narrator: Narrator, stamped: string, sent: Buffer): Promise<void> {
  const { body } = await narrator.do({
    title: 'Get the certificate that signs the stamps, and check the stamp with it',
    method: 'GET',
    path: '/v1/sandbox/authority',
    expect: 200,
    show: ['certifier_rfc', 'certifier_certificate_number'],
  });
  const originalString = checkStamp(stamped, sent, String(body.certifier_certificate));
  narrator.note(`${originalString.slice(0, 110)}…`);
  narrator.note('SelloSAT confirms it, SelloCFD is the seal of the document, and no other byte changed.');
}

function ensure(holds: boolean, what: string): void {
  if (!holds) throw new Error(`It does not hold that ${what}.`);
}

async function stayUp({ base, ended }: DemoServer): Promise<void> {
  process.stdout.write(`\nThe server stays up on ${base} (reference page: ${base}/docs). Interrupt to stop it.\n`);
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await Promise.race([ended, interrupted]);
}
