import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Names of fields that are never written, wherever in a line they stand. */
const secretFields = new Set([
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'access_token',
  'refresh_token',
  'client_secret',
  'key',
  'master_key',
  'passphrase',
]);

/** Lines of ours are flat or nearly so; what is nested deeper is no line but a thing that was handed over whole. */
const maxDepth = 4;

/**
 * The log: one JSON object a line, times in UTC. Requests, bodies and headers are never handed to it; redaction is the
 * net under that rule, not the rule.
 *
 * @param destination standard output where absent
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service: 'timbrel' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (line) => redacted(line, 0) },
      serializers: { err: describeError },
    },
    ...(destination === undefined ? [] : [destination]),
  );
}

/** The object without secrets. Not pino's own `redact`: its wildcards cost ten times what writing the line does. */
function redacted(value: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const name in value) {
    const field = value[name];
    const shown = secretFields.has(name) ? '[redacted]' : nested(field, depth + 1);
    if (shown === field) continue;
    copy ??= { ...value };
    copy[name] = shown;
  }
  return copy ?? value;
}

function nested(field: unknown, depth: number): unknown {
  if (typeof field !== 'object' || field === null || field instanceof Error) return field;
  return depth === maxDepth ? '[omitted]' : redacted(field as Record<string, unknown>, depth);
}

/** What of an error is written: chosen fields, because libraries hang queries and their parameters on theirs. */
interface DescribedError {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: DescribedError;
}

/** Deep enough for a problem around a database error around a driver's. */
const maxCauses = 5;

function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'Something that is no error was thrown.' };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code) }),
    message: safeMessage(error),
    // The frames alone: the first lines repeat the message.
    stack: (error.stack ?? '')
      .split('\n')
      .filter((line) => line.startsWith('    at '))
      .join('\n'),
    ...(error.cause !== undefined && depth < maxCauses && { cause: describeError(error.cause, depth + 1) }),
  };
}

const MACHINE_SECRET = /tbl_[a-z]{3}_[\w-]{1,200}/g;

/** Prisma writes the arguments of the call above its last line; our own secrets are known by their prefix. */
function safeMessage({ name, message }: Error): string {
  const text = name.startsWith('PrismaClient') ? message.slice(message.lastIndexOf('\n') + 1) : message;
  return text.slice(0, 500).replace(MACHINE_SECRET, '[redacted]');
}
