import { problem } from '../../problems.js';
import { actorOf, type Principal } from './principal.js';
import type { AccessRule } from './table.js';

/** Who asks, and the row of the table that says what they may: every route has it as `request.caller`. */
export class Caller {
  constructor(
    readonly principal: Principal,
    readonly rule: AccessRule,
  ) {}

  /** What events, transfers and stamps keep of who did it. */
  get actor(): string {
    return actorOf(this.principal);
  }

  /** The profile that asks. For operations whose row lets in nothing else. */
  get profile() {
    if (this.principal.kind !== 'profile') throw new Error(`The access table lets a ${this.principal.kind} in here.`);
    return this.principal;
  }

  /** The stamping account that asks. For operations whose row lets in nothing else. */
  get account() {
    if (this.principal.kind !== 'account') throw new Error(`The access table lets a ${this.principal.kind} in here.`);
    return this.principal;
  }

  /**
   * What exists for the caller, as a condition for every query on a table that has `customer_id` (and `account_id`,
   * where it has one): an object outside is answered like one that was never made.
   */
  get existing(): TenantScope {
    const { principal } = this;
    if (principal.kind === 'account') return { customerId: principal.customerId, accountId: principal.accountId };
    if (principal.kind === 'anonymous') return { customerId: { in: [] } };
    return principal.staff && this.rule.staff ? {} : { customerId: { in: [...principal.roles.keys()] } };
  }

  /** What the caller may have in this operation: the condition of lists, which leave out what a role does not reach. */
  get permitted(): TenantScope {
    const { principal, rule } = this;
    if (principal.kind !== 'profile' || (principal.staff && rule.staff)) return this.existing;
    const reached = [...principal.roles].filter(([, role]) => rule.members?.includes(role));
    return { customerId: { in: reached.map(([customerId]) => customerId) } };
  }

  /** Refuses what exists for the caller but is beyond their role at that customer. Throws `forbidden`. */
  mustReach(customerId: string): void {
    const { principal, rule } = this;
    if (principal.kind === 'account' && principal.customerId === customerId) return;
    if (principal.kind === 'profile') {
      const role = principal.roles.get(customerId);
      if ((principal.staff && rule.staff) || (role !== undefined && rule.members?.includes(role))) return;
    }
    throw problem('forbidden');
  }
}

/** A condition on the tenant columns; an absent column is free. */
export interface TenantScope {
  readonly customerId?: string | { in: string[] };
  readonly accountId?: string;
}

/** Whether these credentials may ask for this at all, before any object is looked at. Throws 401 or 403. */
export function admit(principal: Principal, rule: AccessRule): void {
  if (rule.anyone) return;
  if (principal.kind === 'anonymous') throw problem('authentication_required');
  if (principal.kind === 'account' && rule.account) return;
  if (principal.kind === 'profile' && (rule.self || rule.members || (rule.staff && principal.staff))) return;
  throw problem('forbidden');
}
