#!/usr/bin/env node
/** `timbrel`: what operators do on the machine itself. Exit codes: 0 done, 1 failed or differences found, 2 wrong use. */
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from './config.js';
import { audit } from './core/ledger/audit.js';
import { createStaffProfile, WeakPasswordError } from './features/identity/index.js';
import { migrate, openFoundation } from './open.js';
import { systemClock } from './platform/clock.js';
import type { Database } from './platform/db/database.js';
import { UnitOfWork } from './platform/db/unit-of-work.js';
import { toPublicId } from './platform/ids.js';
import { PasswordHasher } from './platform/secrets/index.js';
import { Problem, problemText } from './problems.js';

const usage = `Usage: timbrel <command>

  migrate          Bring the database up to date.
  staff create     Create a profile that works for the operator, and print its password once.
                     --email <address> --given-name <names> --family-name <names>
                     --password-stdin   read the password from standard input instead of generating one
  ledger audit     Recompute every balance and counter from the entries; print each difference.

The environment says which database: see README.md.
`;

/** Wrong words on the command line. */
class UsageError extends Error {}

type Command = (database: Database, args: string[]) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  // What every command needs was done before it ran.
  migrate: async () => 0,
  'staff create': createStaff,
  'ledger audit': auditLedger,
};

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function run(args: string[]): Promise<number> {
  const name = Object.keys(commands).find((words) => words.split(' ').every((word, i) => args[i] === word));
  if (name === undefined) throw new UsageError(usage);
  const config = readConfig(process.env);
  const { database } = await openFoundation(config);
  try {
    const applied = await migrate(config, database);
    for (const migration of applied) process.stdout.write(`applied ${migration}\n`);
    if (name === 'migrate' && applied.length === 0) process.stdout.write('The database is up to date.\n');
    return await commands[name]!(database, args.slice(name.split(' ').length));
  } finally {
    await database.close();
  }
}

async function createStaff(database: Database, args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      email: { type: 'string' },
      'given-name': { type: 'string' },
      'family-name': { type: 'string' },
      'password-stdin': { type: 'boolean' },
    },
  });
  const { email, 'given-name': givenName, 'family-name': familyName } = values;
  if (!email || !givenName || !familyName) {
    throw new UsageError('staff create needs --email, --given-name and --family-name.');
  }
  const password = values['password-stdin'] ? await readLine() : undefined;
  const house = { uow: new UnitOfWork(database), clock: systemClock, passwords: new PasswordHasher() };
  const draft = { email, givenName, familyName, ...(password !== undefined && { password }) };
  const { profileId, generatedPassword } = await createStaffProfile(house, draft);
  process.stdout.write(`profile  ${profileId}\ne-mail   ${email}\n`);
  if (generatedPassword !== null) process.stdout.write(`password ${generatedPassword}\n`);
  return 0;
}

async function auditLedger(database: Database): Promise<number> {
  let differences = 0;
  for await (const { accountId, field, stored, recomputed } of audit(database.pool)) {
    differences += 1;
    process.stdout.write(`${toPublicId('sta', accountId)} ${field}: stored ${stored}, recomputed ${recomputed}\n`);
  }
  process.stdout.write(differences === 0 ? 'The ledger adds up.\n' : `${differences} differences.\n`);
  return differences === 0 ? 0 : 1;
}

/** The first line of standard input, without its end; a password longer than the limit is refused later, by its rule. */
async function readLine(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk;
    if (text.includes('\n') || text.length > 10_000) break;
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}

function messageOf(error: unknown): string {
  if (error instanceof Problem) return problemText(error.code, 'en', error.options.params).detail;
  if (error instanceof ConfigError || error instanceof UsageError || error instanceof WeakPasswordError) {
    return error.message;
  }
  return process.env.DEBUG && error instanceof Error ? String(error.stack) : String(error);
}
