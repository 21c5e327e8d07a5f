import { Prisma } from './generated/client.js';

/** What the adapter tells about an error of the database, inside Prisma's own. */
interface AdapterError {
  readonly cause?: { readonly originalCode?: string; readonly kind?: string };
}

/** Codes by which Prisma says that it could not get hold of the database or lost it. */
const prismaUnavailable = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);
/** The adapter's words for the same. */
const adapterUnavailable = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']);
/** And those of Node and of node-postgres' pool, which has only messages. */
const networkUnavailable = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
const poolUnavailable = /^(timeout exceeded when trying to connect|Connection terminated)/;
/**
 * PostgreSQL's: no lock in time (55P03), statement cancelled or timed out (57014), server stopping or connection ended
 * by it (57P…, 25P03), out of resources (53…), connection broken (08…).
 */
const serverUnavailable = /^(55P03|57014|57P\d\d|25P03|53.{3}|08.{3})$/;

/**
 * PostgreSQL's code of an error (SQLSTATE: `23505`, `40P01`, …), whether it came through Prisma or from node-postgres;
 * undefined when it was not the server that refused.
 */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    return adapterError(error)?.cause?.originalCode ?? (error.code === 'P2034' ? '40001' : undefined);
  }
  const { code } = error as NodeJS.ErrnoException;
  return code && /^[0-9A-Z]{5}$/.test(code) && !networkUnavailable.has(code) ? code : undefined;
}

/** A deadlock or a write conflict: the transaction was rolled back and the same work may succeed when run again. */
export function isWriteConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/** The database is too busy, stopping or out of reach. Whether a commit under way was done is then not known. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (error instanceof Prisma.PrismaClientKnownRequestError && prismaUnavailable.has(code)) return true;
  if (adapterUnavailable.has(adapterError(error)?.cause?.kind ?? '')) return true;
  if (networkUnavailable.has(code) || poolUnavailable.test(error.message)) return true;
  return serverUnavailable.test(sqlState(error) ?? '');
}

function adapterError(error: Error): AdapterError | undefined {
  if (error instanceof Prisma.PrismaClientKnownRequestError) return error.meta?.driverAdapterError as AdapterError;
  return error as AdapterError;
}
