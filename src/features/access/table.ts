import type { MemberRole } from './principal.js';

/**
 * Who may do what on which object: the whole of authorisation, one row an operation.
 *
 * - `anyone`: no credentials asked.
 * - `self`: every profile, about itself.
 * - `staff`: profiles that work for the operator, on every customer.
 * - `members`: profiles linked to the object's customer in one of these roles. Of a list they see what their customers
 *   have; an object of a customer that they are not linked to does not exist for them (404), one of theirs that the role
 *   does not reach is forbidden (403).
 * - `account`: the credentials of a stamping account, on that account and what belongs to it; everything else does
 *   not exist for them.
 *
 * A route finds its row by its operationId. Without a row it does not start, and the `security` of the OpenAPI document
 * is derived from it, so that table, routes and document cannot drift apart.
 */
export interface AccessRule {
  /** The kind of object that decides who may. */
  readonly on: 'nothing' | 'profile' | 'platform' | 'customer' | 'stamping_account' | 'emitter' | 'stamp';
  readonly anyone?: true;
  readonly self?: true;
  readonly staff?: true;
  readonly members?: readonly MemberRole[];
  readonly account?: true;
}

const everyRole = ['owner', 'admin', 'billing', 'operator', 'read_only'] as const;
const administrators = ['owner', 'admin'] as const;
const operators = ['owner', 'admin', 'operator'] as const;

export const accessTable = {
  // ── The service itself
  getHealth: { on: 'nothing', anyone: true },
  getReadiness: { on: 'nothing', anyone: true },

  // ── People
  createSession: { on: 'nothing', anyone: true },
  createToken: { on: 'nothing', anyone: true },
  getSession: { on: 'profile', self: true },
  endSession: { on: 'profile', self: true },
  getOwnProfile: { on: 'profile', self: true },
  updateOwnProfile: { on: 'profile', self: true },
  createProfile: { on: 'platform', staff: true },
  listProfiles: { on: 'platform', staff: true },
  getProfile: { on: 'platform', staff: true },

  // ── Customers
  createCustomer: { on: 'platform', staff: true },
  listCustomers: { on: 'customer', staff: true, members: everyRole },
  getCustomer: { on: 'customer', staff: true, members: everyRole, account: true },
  updateCustomer: { on: 'customer', staff: true, members: administrators },
  addMember: { on: 'customer', staff: true, members: administrators },
  listMembers: { on: 'customer', staff: true, members: everyRole },
  getMember: { on: 'customer', staff: true, members: everyRole },
  updateMember: { on: 'customer', staff: true, members: administrators },
  removeMember: { on: 'customer', staff: true, members: administrators },

  // ── Stamping accounts
  listStampingAccounts: { on: 'stamping_account', staff: true, members: everyRole, account: true },
  getStampingAccount: { on: 'stamping_account', staff: true, members: everyRole, account: true },
  blockStampingAccount: { on: 'stamping_account', staff: true },
  reactivateStampingAccount: { on: 'stamping_account', staff: true },
  listSecrets: { on: 'stamping_account', staff: true, members: administrators },
  getSecret: { on: 'stamping_account', staff: true, members: administrators },
  rotateSecret: { on: 'stamping_account', staff: true, members: administrators },
  revokeSecret: { on: 'stamping_account', staff: true, members: administrators },
  grantStamps: { on: 'stamping_account', staff: true },
  getGrant: { on: 'stamping_account', staff: true, members: everyRole, account: true },
  listMovements: { on: 'stamping_account', staff: true, members: everyRole, account: true },
  getBalance: { on: 'stamping_account', staff: true, members: everyRole, account: true },
  getConsumption: { on: 'stamping_account', staff: true, members: everyRole, account: true },

  // ── Emitters
  registerEmitter: { on: 'customer', staff: true, members: operators },
  listEmitters: { on: 'customer', staff: true, members: everyRole, account: true },
  getEmitter: { on: 'emitter', staff: true, members: everyRole, account: true },
  updateEmitter: { on: 'emitter', staff: true, members: operators },
  suspendEmitter: { on: 'emitter', staff: true, members: operators },
  reactivateEmitter: { on: 'emitter', staff: true, members: operators },

  // ── Sandbox
  createSandboxCertificate: { on: 'nothing', staff: true, members: everyRole, account: true },
  getSandboxAuthority: { on: 'nothing', anyone: true },

  // ── Stamps
  createStamp: { on: 'stamping_account', account: true },
  validateStamp: { on: 'stamping_account', account: true },
  listStamps: { on: 'stamp', staff: true, members: everyRole, account: true },
  getStamp: { on: 'stamp', staff: true, members: everyRole, account: true },
  getStampXml: { on: 'stamp', staff: true, members: everyRole, account: true },
  getStampOriginalString: { on: 'stamp', staff: true, members: everyRole, account: true },
} as const satisfies Record<string, AccessRule>;

/** Every operation that the table knows. */
export type OperationId = keyof typeof accessTable;

/** The row of an operation; null for an operation that the table does not know. */
export function accessRule(operationId: string): AccessRule | null {
  return Object.hasOwn(accessTable, operationId) ? accessTable[operationId as OperationId] : null;
}

/**
 * The `security` of an operation, as OpenAPI writes it: one alternative a line, none for a public one.
 * `profileToken`, `machineToken` and `accountBasic` are the document's security schemes.
 */
export function securityOf(rule: AccessRule): Array<Record<string, string[]>> {
  if (rule.anyone) return [];
  const people = rule.self || rule.staff || rule.members;
  return [
    ...(people ? [{ profileToken: [] }] : []),
    ...(rule.account ? [{ accountBasic: [] }, { machineToken: [] }] : []),
  ];
}
