import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';
import type { AccessPolicy, OperationPolicy } from '../../platform/http/definition.js';
import { toPublicId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import type { Authenticator } from './authenticate.js';
import { admit, Caller } from './caller.js';
import { loadTarget, type Target } from './objects.js';
import { anonymous } from './principal.js';
import { type AccessRule, accessRule, securityOf } from './table.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, and what the table of authorisation lets them do here. Set before the body is read. */
    caller: Caller;
    /** When that was found out, in milliseconds. */
    authenticatedAt: number;
    /** The objects that the path names, known to be the caller's to touch. Set before the handler runs. */
    target: Target;
  }
}

/** Milliseconds for which what was found out about a caller holds while their body arrives. */
const FRESH_MS = 1_000;

/** The table of authorisation at work: what every route asks before its handler runs. */
export class TablePolicy implements AccessPolicy {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly authenticator: Authenticator,
    private readonly clock: Clock,
  ) {}

  policyFor(operationId: string): OperationPolicy | null {
    const rule = accessRule(operationId);
    return (
      rule && {
        security: securityOf(rule),
        authenticate: (request) => this.#authenticate(request, rule),
        authorize: (request) => this.#authorize(request, rule),
        idempotencyScope,
      }
    );
  }

  /** Public operations look at no credentials: there are none that could make a difference. */
  async #authenticate(request: FastifyRequest, rule: AccessRule): Promise<void> {
    const { authorization } = request.headers;
    request.authenticatedAt = this.clock.now().getTime();
    const known = rule.anyone || !authorization ? anonymous : await this.authenticator.principalOf(authorization);
    if (known === null) throw problem('authentication_required');
    request.caller = new Caller(known, rule);
    if (known.kind !== 'anonymous') request.actor = request.caller.actor;
    admit(known, rule);
  }

  /** A body may take half a minute to arrive; whose credentials were revoked meanwhile must not act by sending slowly. */
  async #authorize(request: FastifyRequest, rule: AccessRule): Promise<void> {
    const age = this.clock.now().getTime() - request.authenticatedAt;
    if (age > FRESH_MS) await this.#authenticate(request, rule);
    const params = request.params as Record<string, string>;
    request.target = await this.uow.read((tx) => loadTarget(tx, request.caller, params));
    const customerId = customerIdOf(request);
    if (customerId) request.tenant = toPublicId('cus', customerId);
  }
}

/** The customer concerned: that of the credentials' account, else that of the object which the path names. */
function customerIdOf({ caller: { principal }, target }: FastifyRequest): string | undefined {
  if (principal.kind === 'account') return principal.customerId;
  return target.customer?.id ?? target.account?.customerId ?? target.emitter?.customerId;
}

/** A key means the same for every credential of one account, else of one customer, else of one profile. */
function idempotencyScope(request: FastifyRequest): string {
  const { principal } = request.caller;
  const accountId = principal.kind === 'account' ? principal.accountId : request.target.account?.id;
  if (accountId) return toPublicId('sta', accountId);
  const customerId = customerIdOf(request);
  return customerId ? toPublicId('cus', customerId) : request.caller.actor;
}
