import { readFileSync } from 'node:fs';

/**
 * Everything that the environment decides: one row a variable, with what it means and what holds without it. README
 * quotes this table. A variable that is marked secret may come from a file instead, named by the same name and `_FILE`.
 */
export const variables = {
  HOST: { means: 'Address to listen on.', otherwise: '127.0.0.1' },
  PORT: { means: 'Port to listen on.', otherwise: '3000' },
  PUBLIC_URL: {
    means: 'Where clients reach the service; links and the document name it.',
    otherwise: 'http://localhost:PORT',
  },
  DATABASE_URL: { means: 'PostgreSQL server to keep everything in.', otherwise: 'an embedded database', secret: true },
  DATABASE_MIGRATION_URL: {
    means: 'The same database as a role that may change its schema.',
    otherwise: 'DATABASE_URL',
    secret: true,
  },
  DATABASE_POOL_SIZE: { means: 'Connections to the PostgreSQL server, at most.', otherwise: '10' },
  TIMBREL_DATA_DIR: { means: 'Folder of the embedded database and its key file.', otherwise: './data' },
  TIMBREL_MASTER_KEY: {
    means:
      '32 random bytes in base64 (openssl rand -base64 32) that protect every secret; older keys may follow after a comma.',
    otherwise: 'a key file beside the embedded database; with DATABASE_URL there is no start without it',
    secret: true,
  },
  TIMBREL_TRUST_SANDBOX_DIR: { means: 'Folder of further authorities that the sandbox trusts.', otherwise: 'none' },
  TIMBREL_TRUST_PRODUCTION_DIR: { means: 'Folder of the authorities that production trusts.', otherwise: 'none' },
  REDIS_URL: {
    means: 'Redis in which several processes count rates together.',
    otherwise: 'each process counts its own',
    secret: true,
  },
  TRUST_PROXY: {
    means:
      'The proxies whose X-Forwarded-For is believed: a number of hops, or addresses and networks separated by commas.',
    otherwise: 'none',
  },
  TIMBREL_RATE_ANONYMOUS: { means: 'Requests a minute from one address without valid credentials.', otherwise: '300' },
  TIMBREL_RATE_STANDARD: { means: 'Requests a minute with one credential.', otherwise: '1200' },
  TIMBREL_RATE_STAMPING: { means: 'Stamping requests a minute with one credential.', otherwise: '600000' },
  TIMBREL_MAX_IN_FLIGHT: { means: 'Requests worked on at once; more are asked to come back.', otherwise: '1000' },
  TIMBREL_BODY_LIMIT: { means: 'Bytes of a request body.', otherwise: '1048576' },
  TIMBREL_DOCUMENT_LIMIT: { means: 'Bytes of a request body that carries a fiscal document.', otherwise: '4194304' },
  TIMBREL_DRAIN_SECONDS: { means: 'How long a stop waits for requests under way.', otherwise: '25' },
  TIMBREL_DOCS: {
    means: 'Whether /docs and the OpenAPI documents are served: on or off.',
    otherwise: 'on where HOST is a loopback address',
  },
  TIMBREL_PROBLEM_BASE: {
    means: 'Where problems are documented: their `type` is this and the code.',
    otherwise: 'PUBLIC_URL/docs/problems',
  },
  LOG_LEVEL: { means: 'fatal, error, warn, info, debug, trace or silent.', otherwise: 'info' },
} as const satisfies Record<string, { means: string; otherwise: string; secret?: true }>;

type Variable = keyof typeof variables;

/** Requests that one key may make in a window. */
interface Rate {
  readonly max: number;
  readonly windowSeconds: number;
}

/** The environment, read, checked and frozen. */
export interface Config {
  readonly listen: { readonly host: string; readonly port: number };
  readonly database:
    | { readonly kind: 'server'; readonly url: string; readonly migrationUrl: string; readonly poolSize: number }
    | { readonly kind: 'embedded'; readonly directory: string };
  /** Base64 of the master keys, the current one first; null: the key file of the embedded database. */
  readonly masterKey: string | null;
  /** Folders of trust anchors; null: none. */
  readonly trust: { readonly sandbox: string | null; readonly production: string | null };
  readonly logLevel: string;
  readonly drainSeconds: number;
  /** Bytes of a body that carries a fiscal document. */
  readonly documentLimit: number;
  readonly http: {
    /** Without a slash at its end. */
    readonly publicUrl: string;
    /** Without a slash at its end. */
    readonly problemBase: string;
    /** Whether browsers are told to come by TLS only. */
    readonly hsts: boolean;
    readonly docs: boolean;
    readonly trustProxy: false | number | string[];
    readonly redisUrl: string | null;
    readonly maxInFlight: number;
    readonly bodyLimit: number;
    readonly rates: { readonly anonymous: Rate; readonly standard: Rate; readonly stamping: Rate };
  };
}

/** What is wrong with the environment: every fault, by variable, with what to do; no value is repeated. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads the environment. Throws ConfigError with all faults at once. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const reader = new Reader(environment);
  const port = reader.integer('PORT', 3000, 0, 65_535);
  const host = reader.text('HOST') ?? '127.0.0.1';
  const publicUrl = reader.url('PUBLIC_URL', ['http:', 'https:']) ?? `http://localhost:${port}`;
  const config: Config = {
    listen: { host, port },
    database: readDatabase(reader),
    masterKey: readMasterKey(reader),
    trust: {
      sandbox: reader.text('TIMBREL_TRUST_SANDBOX_DIR') ?? null,
      production: reader.text('TIMBREL_TRUST_PRODUCTION_DIR') ?? null,
    },
    logLevel: reader.word('LOG_LEVEL', 'info', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    drainSeconds: reader.integer('TIMBREL_DRAIN_SECONDS', 25, 1, 600),
    documentLimit: reader.integer('TIMBREL_DOCUMENT_LIMIT', 4_194_304, 65_536, 67_108_864),
    http: {
      publicUrl,
      problemBase: reader.url('TIMBREL_PROBLEM_BASE', ['http:', 'https:']) ?? `${publicUrl}/docs/problems`,
      hsts: publicUrl.startsWith('https:'),
      docs: reader.word('TIMBREL_DOCS', isLoopback(host) ? 'on' : 'off', ['on', 'off']) === 'on',
      trustProxy: readTrustProxy(reader),
      redisUrl: reader.url('REDIS_URL', ['redis:', 'rediss:']) ?? null,
      maxInFlight: reader.integer('TIMBREL_MAX_IN_FLIGHT', 1000, 1, 1_000_000),
      bodyLimit: reader.integer('TIMBREL_BODY_LIMIT', 1_048_576, 16_384, 67_108_864),
      rates: {
        anonymous: perMinute(reader.integer('TIMBREL_RATE_ANONYMOUS', 300, 1, 1e9)),
        standard: perMinute(reader.integer('TIMBREL_RATE_STANDARD', 1200, 1, 1e9)),
        stamping: perMinute(reader.integer('TIMBREL_RATE_STAMPING', 600_000, 1, 1e9)),
      },
    },
  };
  if (reader.faults.length > 0) throw new ConfigError(reader.faults);
  return deepFreeze(config);
}

function readDatabase(reader: Reader): Config['database'] {
  const protocols = ['postgres:', 'postgresql:'];
  const url = reader.url('DATABASE_URL', protocols);
  const migrationUrl = reader.url('DATABASE_MIGRATION_URL', protocols);
  const poolSize = reader.integer('DATABASE_POOL_SIZE', 10, 1, 200);
  if (url !== undefined) return { kind: 'server', url, migrationUrl: migrationUrl ?? url, poolSize };
  if (migrationUrl !== undefined) reader.fault('DATABASE_MIGRATION_URL', 'goes with DATABASE_URL; set both or none');
  return { kind: 'embedded', directory: reader.text('TIMBREL_DATA_DIR') ?? './data' };
}

/** Its form alone; what else makes a key good is the keyring's to say. */
function readMasterKey(reader: Reader): string | null {
  const key = reader.text('TIMBREL_MASTER_KEY');
  if (key === undefined) {
    if (reader.text('DATABASE_URL') === undefined) return null;
    reader.fault('TIMBREL_MASTER_KEY', 'is required with DATABASE_URL; make one with: openssl rand -base64 32');
  } else if (!key.split(',').every((part) => /^[A-Za-z0-9+/]{43}=$/.test(part.trim()))) {
    reader.fault('TIMBREL_MASTER_KEY', 'must be the base64 of 32 bytes; make one with: openssl rand -base64 32');
  }
  return key ?? null;
}

/** `true` is refused: to believe everybody lets every caller choose their address. */
function readTrustProxy(reader: Reader): Config['http']['trustProxy'] {
  const value = reader.text('TRUST_PROXY');
  if (value === undefined) return false;
  if (/^[1-9]$/.test(value)) return Number(value);
  const networks = value.split(',').map((part) => part.trim());
  if (networks.every((network) => /^[0-9a-fA-F.:]{2,45}(?:\/[0-9]{1,3})?$/.test(network) && /[.:]/.test(network))) {
    return networks;
  }
  reader.fault('TRUST_PROXY', 'must be a number of hops from 1 to 9, or addresses and networks such as 10.0.0.0/8');
  return false;
}

function perMinute(max: number): Rate {
  return { max, windowSeconds: 60 };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Reads variables and collects what is wrong with them. An empty variable counts as absent. */
class Reader {
  readonly faults: string[] = [];

  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {}

  fault(variable: Variable, what: string): void {
    this.faults.push(`${variable}: ${what}.`);
  }

  text(variable: Variable): string | undefined {
    const value = this.environment[variable]?.trim();
    const file = 'secret' in variables[variable] ? this.environment[`${variable}_FILE`] : undefined;
    if (!file) return value || undefined;
    if (value) this.faults.push(`${variable}: is set twice, also by ${variable}_FILE; unset one.`);
    try {
      return readFileSync(file, 'utf8').trim() || undefined;
    } catch (error) {
      this.faults.push(`${variable}_FILE: cannot be read (${(error as NodeJS.ErrnoException).code}).`);
      return undefined;
    }
  }

  integer(variable: Variable, otherwise: number, minimum: number, maximum: number): number {
    const value = this.text(variable);
    if (value === undefined) return otherwise;
    if (/^[0-9]{1,10}$/.test(value) && Number(value) >= minimum && Number(value) <= maximum) return Number(value);
    this.fault(variable, `must be a whole number from ${minimum} to ${maximum}`);
    return otherwise;
  }

  word<const Word extends string>(variable: Variable, otherwise: Word, words: readonly Word[]): Word {
    const value = this.text(variable);
    if (value === undefined) return otherwise;
    const found = words.find((word) => word === value);
    if (found === undefined) this.fault(variable, `must be one of: ${words.join(', ')}`);
    return found ?? otherwise;
  }

  /** Without slashes at its end. */
  url(variable: Variable, protocols: readonly string[]): string | undefined {
    const value = this.text(variable);
    if (value === undefined) return undefined;
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value.replace(/\/{1,9}$/, '');
    this.fault(variable, `must be an address that begins with ${protocols.map((name) => `${name}//`).join(' or ')}`);
    return undefined;
  }
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
