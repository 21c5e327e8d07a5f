import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '../../problems.js';
import type { Clock } from '../clock.js';
import { Prisma } from '../db/generated/client.js';
import type { Tx, UnitOfWork } from '../db/unit-of-work.js';
import type { Keyring } from '../secrets/index.js';
import { canonicalJson } from './canonical-json.js';

/** What a write did, and how long its answer is remembered under the caller's key. */
export interface Outcome<Body> {
  /** The operation's success status where left out. */
  readonly status?: number;
  readonly body: Body;
  /** Lower-case names: `{ location: '/v1/…' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `for-ever` where something moved: stamps, points, a new customer. */
  readonly remember: 'for-ever' | '72h';
  /** JSON pointers to secrets that are shown once: null in what is remembered. The answer's schema must allow that. */
  readonly shownOnce?: readonly string[];
}

const ordinaryLifeMs = 72 * 60 * 60 * 1000;
/** Seconds after which the caller of a running request may ask again. */
const retryAfter = 1;

/** A request of any operation. */
type KeyedRequest = Pick<FastifyRequest, 'method' | 'url' | 'routeOptions' | 'idempotencyKey'> & {
  readonly body: unknown;
};
type Remembered = { scope: string; operation: string; key: string };

/**
 * Writes that a caller may repeat under an Idempotency-Key of their own.
 *
 * Key, effect and remembered answer live in one transaction: either all of them are there or none is, whatever is
 * killed when. An effect that throws leaves nothing, so a refusal is never remembered: the caller cures its cause and
 * repeats under the same key.
 */
export class Idempotency {
  constructor(
    private readonly unitOfWork: Pick<UnitOfWork, 'run'>,
    private readonly keyring: Pick<Keyring, 'hmac' | 'hmacMatches'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `effect` once for the request's key and returns the body to answer; status and headers are set on `reply`.
   * Without a key it just runs. `effect` may be run again from the start, as the unit of work says.
   *
   * @throws Problem `request_in_progress` (409) while the same key is being worked on, `idempotency_key_reused` (422)
   *   where the key belongs to another request, and whatever the effect throws
   */
  async run<Body>(
    request: KeyedRequest,
    reply: FastifyReply,
    effect: (tx: Tx) => Promise<Outcome<Body>>,
  ): Promise<Body> {
    const id = rememberedAs(request);
    if (id === null) return answer(reply, await this.unitOfWork.run(effect));
    const fingerprint = fingerprintOf(request);
    const outcome = await this.unitOfWork.run(async (tx) => {
      await this.#lock(tx, id);
      const earlier = await this.#recall<Body>(tx, id, fingerprint);
      if (earlier !== null) return { ...earlier, replayed: true };
      const done = await effect(tx);
      await this.#remember(tx, id, fingerprint, done, done.status ?? reply.statusCode);
      return { ...done, replayed: false };
    });
    if (outcome.replayed) reply.header('idempotent-replayed', 'true');
    return answer(reply, outcome);
  }

  /**
   * Held until the transaction ends, by whatever end; a second request under the key is told, and does not wait. No key
   * of the keyring goes into it: while master keys rotate, processes have different ones and must still meet here.
   */
  async #lock(tx: Tx, id: Remembered): Promise<void> {
    const { scope, operation, key } = id;
    const lock = createHash('sha256')
      .update(JSON.stringify([scope, operation, key]))
      .digest()
      .readBigInt64BE();
    const [row] = await tx.$queryRaw<[{ held: boolean }]>`SELECT pg_try_advisory_xact_lock(${lock}) AS held`;
    if (!row.held) throw problem('request_in_progress', { retryAfter, params: { retry_after: retryAfter } });
  }

  async #recall<Body>(tx: Tx, id: Remembered, fingerprint: string): Promise<Outcome<Body> | null> {
    const record = await tx.idempotencyRecord.findUnique({ where: { scope_operation_key: id } });
    if (record === null || (record.expiresAt !== null && record.expiresAt <= this.clock.now())) return null;
    if (!this.keyring.hmacMatches('idempotencyBody', fingerprint, record.bodyHmac)) {
      throw problem('idempotency_key_reused');
    }
    return {
      status: record.status,
      headers: record.headers as Record<string, string>,
      // What was written is the body as this operation's schema lets it out.
      body: (record.body ?? undefined) as Body,
      remember: record.expiresAt === null ? 'for-ever' : '72h',
    };
  }

  async #remember<Body>(tx: Tx, id: Remembered, fingerprint: string, done: Outcome<Body>, status: number) {
    const now = this.clock.now();
    const record = {
      bodyHmac: Uint8Array.from(this.keyring.hmac('idempotencyBody', fingerprint)),
      status,
      headers: { ...done.headers },
      body: withoutSecrets(done.body, done.shownOnce ?? []),
      createdAt: now,
      expiresAt: done.remember === 'for-ever' ? null : new Date(now.getTime() + ordinaryLifeMs),
    };
    // An expired record of the same key makes room for the new one.
    await tx.idempotencyRecord.upsert({
      where: { scope_operation_key: id },
      create: { ...id, ...record },
      update: record,
    });
  }
}

/** Removes what nobody may repeat any more; for a periodic job. Returns how many. */
export async function forgetExpiredAnswers(tx: Tx, clock: Clock): Promise<number> {
  const { count } = await tx.idempotencyRecord.deleteMany({ where: { expiresAt: { lte: clock.now() } } });
  return count;
}

function answer<Body>(reply: FastifyReply, { status, headers, body }: Outcome<Body>): Body {
  if (status !== undefined) reply.status(status);
  if (headers !== undefined) reply.headers(headers);
  return body;
}

function rememberedAs(request: KeyedRequest): Remembered | null {
  const { operation } = request.routeOptions.config;
  const key = request.idempotencyKey;
  if (operation === undefined || key === null) return null;
  const { idempotencyScope } = operation.policy;
  if (idempotencyScope === undefined)
    throw new Error(`The access policy has no idempotency scope for ${operation.id}.`);
  return { scope: idempotencyScope(request as FastifyRequest), operation: operation.id, key };
}

/** What must be the same for a request to count as the same: method, path with its query, and body whatever its layout. */
function fingerprintOf(request: KeyedRequest): string {
  const { body } = request;
  const content = Buffer.isBuffer(body) ? createHash('sha256').update(body).digest('hex') : canonicalJson(body ?? null);
  return JSON.stringify([request.method, request.url, content]);
}

function withoutSecrets(body: unknown, shownOnce: readonly string[]): Prisma.InputJsonValue | typeof Prisma.JsonNull {
  if (body === undefined || body === null) return Prisma.JsonNull;
  const copy = structuredClone(body);
  for (const pointer of shownOnce) {
    const steps = pointer.slice(1).split('/');
    const last = steps.pop() as string;
    const holder = steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], copy);
    // A pointer that leads nowhere would leave the secret readable in the table.
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, last)) {
      throw new Error(`Nothing stands at ${pointer}, which should be shown once.`);
    }
    (holder as Record<string, unknown>)[last] = null;
  }
  return copy as Prisma.InputJsonValue;
}
