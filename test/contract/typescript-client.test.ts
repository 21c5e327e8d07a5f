import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTypescript, { astToString } from 'openapi-typescript';
import t from 'tap';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What an integrator writes on top of the generated types: fields are there, enums are enums, nulls are told. */
const usage = `
import type { components, operations } from './api.js';

type Stamped = operations['createStamp']['responses'][201]['content']['application/json'];
type Problem = operations['createStamp']['responses'][422]['content']['application/problem+json'];

export function read(stamped: Stamped, problem: Problem): string {
  const folio: string | null = stamped.folio;
  const environment: 'sandbox' | 'production' = stamped.environment;
  const available: number = stamped.available_stamps;
  const places: string[] = (problem.violations ?? []).map(({ path }) => path);
  return [folio, environment, available, ...places, problem.code].join();
}

export const input: components['schemas']['StampInput'] = { xml: '<a/>', encoding: 'text' };
// @ts-expect-error requests are closed and typed
export const wrong: components['schemas']['StampInput'] = { xml: 5 };
`;

for (const name of ['openapi.json', 'openapi-3.0.json']) {
  t.test(`types generated from ${name} compile and say what the API says`, async (t) => {
    // Inside the project, so that the compiler finds nothing else than it would at an integrator's.
    const folder = path.join(root, 'node_modules/.cache', `client-${process.pid}-${name}`);
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(folder, { recursive: true });
    const types = await openapiTypescript(pathToFileURL(path.join(root, 'openapi', name)));
    writeFileSync(path.join(folder, 'api.ts'), astToString(types));
    writeFileSync(path.join(folder, 'usage.ts'), usage);
    const options = ['--noEmit', '--strict', '--module', 'NodeNext', '--skipLibCheck'];
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const { stdout, status } = spawnSync(process.execPath, [tsc, ...options, 'usage.ts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    t.equal(status, 0, stdout);
  });
}
