/**
 * Compiles SAT's published files into the tables of src/core/cfdi/facts: `npx tsx scripts/compile-facts.ts [folder] [target]`.
 * The folder (default: SAT_REFERENCE, else ../shared/sat) holds `schemas/` with SAT's XSD and XSLT, and `catalogs/`.
 * The tables are committed and the files are not: nothing of them is needed, or fetched, when the product runs.
 * A second run over the same files changes nothing.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SchemaFacts } from '../src/core/cfdi/facts.js';
import { compileTimeZones } from './compile-facts/time-zones.js';
import { writeModule } from './compile-facts/write.js';
import { Schema } from './compile-facts/xsd.js';
import { Stylesheet } from './compile-facts/xslt.js';

/** One table a line. A complement is added here once its original strings are proven against SAT's stylesheet. */
const tables = [
  { name: 'cfdi40', prefix: 'cfdi', xsd: '4/cfdv40.xsd', xslt: '4/cadenaoriginal_4_0/cadenaoriginal_4_0.xslt' },
  {
    name: 'tfd11',
    prefix: 'tfd',
    xsd: 'TimbreFiscalDigital/TimbreFiscalDigitalv11.xsd',
    xslt: 'TimbreFiscalDigital/cadenaoriginal_TFD_1_1.xslt',
  },
  { name: 'pagos20', prefix: 'pago20', xsd: 'Pagos/Pagos20.xsd', xslt: 'Pagos/Pagos20.xslt' },
  { name: 'nomina12', prefix: 'nomina12', xsd: 'nomina/nomina12.xsd', xslt: 'nomina/nomina12.xslt' },
];

const site = 'www.sat.gob.mx/sitio_internet/cfd';
const folder = process.argv[2] ?? process.env.SAT_REFERENCE ?? '../shared/sat';
const target = process.argv[3] ?? 'src/core/cfdi/facts';

for (const { name, prefix, xsd, xslt } of tables) {
  const schema = new Schema(join(folder, 'schemas', site, xsd));
  const stylesheet = new Stylesheet(join(folder, 'schemas', site, xslt));
  const facts: SchemaFacts = {
    namespace: schema.namespace,
    prefix,
    schemaLocation: `http://${site}/${xsd}`,
    roots: schema.elements(),
  };
  for (const root of facts.roots) stylesheet.apply(root, schema.namespace);
  write(`${name}.ts`, writeModule(name, facts, [basename(xsd), basename(xslt)]));
}
write('time-zones.ts', compileTimeZones(join(folder, 'catalogs')));

/** Writes a module in the house's format. */
function write(file: string, source: string): void {
  const format = ['format', `--stdin-file-path=src/core/cfdi/facts/${file}`];
  writeFileSync(join(target, file), execFileSync('node_modules/.bin/biome', format, { input: source }));
}
