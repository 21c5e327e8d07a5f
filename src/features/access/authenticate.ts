import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';
import { fromPublicId } from '../../platform/ids.js';
import type { AccessTokens } from './access-tokens.js';
import type { MachineSecrets } from './machine-secrets.js';
import type { AccountPrincipal, MemberRole, Principal, ProfilePrincipal } from './principal.js';
import { isSessionLive } from './sessions.js';

/** What one query reads of a session: whether it is in force, whose it is, and what they may be. */
interface SessionRow {
  revoked_at: Date | null;
  expires_at: Date;
  rotated_at: Date;
  staff: boolean;
  status: string;
  roles: Record<string, MemberRole> | null;
}

const CREDENTIALS = /^(bearer|basic) +([\w\-.~+/]{1,1400}={0,2})$/i;

/**
 * Finds out who asks. What a token says is never enough: session, profile, roles and secrets are read from the database
 * on every request, so that what was revoked is without effect from the next request on, in every process.
 */
export class Authenticator {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly tokens: AccessTokens,
    private readonly secrets: MachineSecrets,
    private readonly clock: Clock,
  ) {}

  /** Who an Authorization header speaks for; null if it speaks for nobody, for whatever reason. */
  async principalOf(header: string): Promise<Principal | null> {
    const [, scheme, credentials] = CREDENTIALS.exec(header) ?? [];
    if (!scheme || !credentials) return null;
    if (scheme.toLowerCase() === 'basic') return this.#basic(Buffer.from(credentials, 'base64').toString('utf8'));
    const subject = this.tokens.read(credentials);
    if (subject?.kind === 'account') return this.secrets.findById(subject.accountId, subject.secretId);
    return subject && this.#profile(subject.profileId, subject.sessionId);
  }

  /** An access token for a stamping account's id and secret; null if they do not go together or are not in force. */
  async machineToken(publicId: string, secret: string): Promise<string | null> {
    const account = await this.#account(publicId, secret);
    return account && this.tokens.issue(account);
  }

  async #account(publicId: string, secret: string): Promise<AccountPrincipal | null> {
    const accountId = fromPublicId('sta', publicId);
    return accountId === null ? null : this.secrets.findBySecret(accountId, secret);
  }

  async #basic(text: string): Promise<AccountPrincipal | null> {
    const colon = text.indexOf(':');
    return colon < 0 ? null : this.#account(text.slice(0, colon), text.slice(colon + 1));
  }

  async #profile(profileId: string, sessionId: string): Promise<ProfilePrincipal | null> {
    const [row] = await this.uow.read(
      (tx) => tx.$queryRaw<SessionRow[]>`
        SELECT session.revoked_at, session.expires_at, session.rotated_at, profile.staff, profile.status,
               (SELECT jsonb_object_agg(customer_id, role) FROM customer_member WHERE profile_id = profile.id) AS roles
          FROM session JOIN profile ON profile.id = session.profile_id
         WHERE session.id = ${sessionId}::uuid AND profile.id = ${profileId}::uuid`,
    );
    if (row?.status !== 'active') return null;
    const { revoked_at: revokedAt, expires_at: expiresAt, rotated_at: rotatedAt } = row;
    if (!isSessionLive({ revokedAt, expiresAt, rotatedAt }, this.clock.now())) return null;
    const roles = new Map(Object.entries(row.roles ?? {}));
    return { kind: 'profile', profileId, sessionId, staff: row.staff, roles };
  }
}
