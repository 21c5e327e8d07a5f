import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Postal codes and their time zones. SAT's catalogue dates from before the law of October 2022 (Ley de los Husos Horarios
 * en los Estados Unidos Mexicanos, DOF 28-10-2022), so that whole states and some municipalities are put right here.
 */

const zoneOfState: Readonly<Record<string, string>> = {
  BCS: 'America/Mazatlan',
  SIN: 'America/Mazatlan',
  NAY: 'America/Mazatlan',
};

/** Municipalities that differ from the rest of their state, by state and name. */
const zoneOfMunicipality: Readonly<Record<string, string>> = {
  'NAY Bahía de Banderas': 'America/Bahia_Banderas',
  'CHH Juárez': 'America/Ciudad_Juarez',
  'CHH Janos': 'America/Ciudad_Juarez',
  'CHH Ascensión': 'America/Ciudad_Juarez',
  'CHH Guadalupe': 'America/Ciudad_Juarez',
  'CHH Praxedis G. Guerrero': 'America/Ciudad_Juarez',
};

/** The module that holds the postal codes as runs of one zone each. */
export function compileTimeZones(catalogs: string): string {
  const zones = zonesOfPostalCodes(catalogs);
  const names = [...new Set(zones.values())].sort();
  return [
    '// Made by scripts/compile-facts.ts out of the catalogue of postal codes. Do not edit: run it again.',
    '',
    '/** Every time zone of Mexico that a postal code is in. */',
    `export const zoneNames = [${names.map((name) => `'${name}'`).join(', ')}] as const;`,
    '',
    '/**',
    ' * Runs of postal codes that exist, in order: `skip length zone`, separated by semicolons. `skip` counts the codes between',
    ' * the run before and this one, in base 36, `length` the codes of the run, `zone` indexes `zoneNames`.',
    ' */',
    'export const runs =',
    ...chunks(runs(zones, names)).map((line, at, all) => `  '${line}'${at === all.length - 1 ? ';' : ' +'}`),
    '',
  ].join('\n');
}

function zonesOfPostalCodes(catalogs: string): Map<number, string> {
  const municipalities = municipalityNames(join(catalogs, 'cfdi_40_municipios.sql'));
  const zones = new Map<number, string>();
  const [, ...lines] = readFileSync(join(catalogs, 'postal_codes.csv'), 'utf8').trim().split(/\r?\n/);
  for (const line of lines) {
    const [, code, state, municipality, , , zone] = line.split(',') as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    // 00000 stands once under every state and has no zone of its own.
    if (code === '00000') continue;
    const place = `${state} ${municipalities.get(`${state} ${municipality.padStart(3, '0')}`)}`;
    zones.set(Number(code), zoneOfMunicipality[place] ?? zoneOfState[state] ?? zone);
  }
  return zones;
}

/** Names by state and key. */
function municipalityNames(file: string): Map<string, string> {
  const rows = readFileSync(file, 'utf8').matchAll(/VALUES\('(\d{3})','([A-Z]{3})','((?:[^']|'')*)'/g);
  return new Map([...rows].map(([, key, state, name]) => [`${state} ${key}`, name!]));
}

function runs(zones: ReadonlyMap<number, string>, names: readonly string[]): string[] {
  const out: string[] = [];
  const codes = [...zones.keys()].sort((a, b) => a - b);
  let behind = 0;
  for (let at = 0; at < codes.length; ) {
    const first = codes[at]!;
    const zone = zones.get(first)!;
    let length = 1;
    while (codes[at + length] === first + length && zones.get(first + length) === zone) length += 1;
    out.push(`${(first - behind).toString(36)} ${length.toString(36)} ${names.indexOf(zone).toString(36)}`);
    behind = first + length;
    at += length;
  }
  return out;
}

/** Joined by semicolons and cut into lines of about a hundred characters. */
function chunks(parts: readonly string[]): string[] {
  return parts.join(';').match(/.{1,100}/g) ?? [];
}
