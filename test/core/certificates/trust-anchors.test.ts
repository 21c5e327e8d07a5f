import path from 'node:path';
import t from 'tap';
import { loadTrustAnchors } from '../../../src/core/certificates/index.js';
import { makeAuthority, makeLeaf } from '../../support/authority.js';

const [one, two] = [await makeAuthority('One'), await makeAuthority('Two')];
const leaf = await makeLeaf(one);
const refusal = (message: RegExp) => ({ name: 'TrustAnchorError', message });

t.test('DER and PEM, one or several in a file, whatever the extension says', async (t) => {
  const folder = t.testdir({
    'a.cer': one.certificate.raw,
    'b.CRT': one.certificate.toString(),
    'c.pem': `# a comment\n${one.certificate.toString()}\r\n${two.certificate.toString()}`,
    'README.txt': 'passed over',
    '.hidden': 'too',
  });
  const anchors = await loadTrustAnchors(folder);
  t.same(
    anchors.map(({ subject }) => subject),
    ['CN=One', 'CN=One', 'CN=One', 'CN=Two'],
  );
});

t.test('every fault is named at once, with its file', async (t) => {
  const folder = t.testdir({
    'good.cer': one.certificate.raw,
    'leaf.cer': leaf,
    'text.pem': 'not a certificate',
    'empty.crt': '',
    'cut.cer': one.certificate.raw.subarray(0, 300),
    'key.pem': '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
    'large.pem': 'x'.repeat(300_000),
    'folder.cer': {},
  });
  const { message } = await loadTrustAnchors(folder).then(
    () => t.fail('accepted') as never,
    (error: Error) => error,
  );
  for (const name of ['leaf.cer', 'text.pem', 'empty.crt', 'cut.cer', 'key.pem', 'large.pem', 'folder.cer']) {
    t.match(message, path.join(folder, name));
  }
  t.match(message, /leaf\.cer: is not the certificate of an authority/);
  t.notMatch(message, 'good.cer');
});

t.test('a folder that is not there, or empty, would refuse every document: it stops the start', async (t) => {
  await t.rejects(loadTrustAnchors(path.join(t.testdir(), 'nowhere')), refusal(/cannot be read/));
  await t.rejects(loadTrustAnchors(t.testdir({ 'README.txt': 'x' })), refusal(/holds no/));
});
