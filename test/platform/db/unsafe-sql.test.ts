import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const source = fileURLToPath(new URL('../../../src', import.meta.url));
/** pg-boss brings its statements as strings. */
const allowed = ['platform/jobs/enqueue.ts'];

t.test('SQL that is not a tagged template stands in one named file', async (t) => {
  const files = fs.readdirSync(source, { recursive: true, encoding: 'utf8' });
  const unsafe = files
    .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
    .filter((file) => /RawUnsafe\s*[(<]/.test(fs.readFileSync(path.join(source, file), 'utf8')));
  t.same(unsafe, allowed);
});
