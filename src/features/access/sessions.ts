import type { Clock } from '../../platform/clock.js';
import type { Session } from '../../platform/db/generated/client.js';
import type { Tx, UnitOfWork } from '../../platform/db/unit-of-work.js';
import { recordEvent } from '../../platform/events.js';
import { newId, toPublicId } from '../../platform/ids.js';
import type { Keyring } from '../../platform/secrets/index.js';
import { problem } from '../../problems.js';
import { type AccessTokens, accessTokenSeconds } from './access-tokens.js';
import { readRefreshToken, writeRefreshToken } from './refresh-tokens.js';

/** A session that nobody refreshes for so long is over … */
export const SESSION_IDLE_MS = 14 * 86_400_000;
/** … and every session is over after so long. */
export const SESSION_LIFE_MS = 90 * 86_400_000;
/** How long the token before the current one still gives the current one: for answers that got lost. */
export const REFRESH_GRACE_MS = 30_000;

/** Where a request comes from, as far as it is worth keeping. */
export interface Origin {
  readonly address: string;
  readonly userAgent: string | null;
}

/** What a client gets to hold: an OAuth 2.0 token answer (RFC 6749, section 5.1). */
export interface Tokens {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  refresh_token: string | null;
}

/** Whether a session is in force at an instant. */
export function isSessionLive(session: Pick<Session, 'revokedAt' | 'expiresAt' | 'rotatedAt'>, now: Date): boolean {
  const idleUntil = session.rotatedAt.getTime() + SESSION_IDLE_MS;
  return session.revokedAt === null && session.expiresAt > now && idleUntil > now.getTime();
}

/** Sessions of profiles: opened by a log-in, prolonged by refreshing, closed by logging out. */
export class Sessions {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly keyring: Keyring,
    private readonly accessTokens: AccessTokens,
    private readonly clock: Clock,
  ) {}

  /** Opens a session in the transaction of a log-in. */
  async open(tx: Tx, profileId: string, { address, userAgent }: Origin): Promise<Session> {
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + SESSION_LIFE_MS);
    return tx.session.create({
      data: { id: newId(this.clock), profileId, createdAt: now, rotatedAt: now, expiresAt, address, userAgent },
    });
  }

  /** The tokens of a session's generation. Always the same refresh token for the same generation. */
  tokensOf({ id: sessionId, profileId, generation }: Pick<Session, 'id' | 'profileId' | 'generation'>): Tokens {
    return {
      access_token: this.accessTokens.issue({ kind: 'profile', profileId, sessionId }),
      token_type: 'Bearer',
      expires_in: accessTokenSeconds,
      refresh_token: writeRefreshToken(this.keyring, { sessionId, generation }),
    };
  }

  /**
   * Exchanges a refresh token for its successor. The token just used gives the same successor again for 30 seconds, so
   * that a lost answer does not end a session; later, or an older one, it is a stolen copy or its victim, and as nobody
   * can tell which, the session is revoked.
   *
   * @throws Problem `invalid_refresh_token`
   */
  async refresh(text: string, { address }: Origin): Promise<Tokens> {
    const token = readRefreshToken(this.keyring, text);
    const session = token && (await this.uow.run((tx) => this.#rotate(tx, token, address)));
    if (!session) throw invalidGrant();
    return this.tokensOf(session);
  }

  /** Ends a session, for a reason that its row and the event keep. Ending one that is over does nothing. */
  async revoke(tx: Tx, sessionId: string, reason: string, actor: string, address: string): Promise<void> {
    const now = this.clock.now();
    const data = { revokedAt: now, revokedFor: reason };
    const { count } = await tx.session.updateMany({ where: { id: sessionId, revokedAt: null }, data });
    if (count === 0) return;
    const subject = toPublicId('ses', sessionId);
    await recordEvent(tx, this.clock, { type: 'session.revoked', subject, actor, data: { reason, address } });
  }

  /** One conditional update decides who of several refreshes at once makes the new generation. */
  async #rotate(tx: Tx, token: { sessionId: string; generation: number }, address: string): Promise<Session | null> {
    const now = this.clock.now();
    const session = await tx.session.findUnique({ where: { id: token.sessionId }, include: { profile: true } });
    if (!session || !isSessionLive(session, now) || session.profile.status !== 'active') return null;
    const { count } = await tx.session.updateMany({
      where: { id: session.id, generation: token.generation, revokedAt: null },
      data: { generation: { increment: 1 }, rotatedAt: now },
    });
    const current = await tx.session.findUniqueOrThrow({ where: { id: session.id } });
    if (count === 1) return current;
    if (current.revokedAt) return null;
    const justUsed = token.generation === current.generation - 1;
    if (justUsed && now.getTime() - current.rotatedAt.getTime() <= REFRESH_GRACE_MS) return current;
    await this.revoke(tx, session.id, 'refresh_token_reused', toPublicId('prf', session.profileId), address);
    return null;
  }
}

/** RFC 6749 names it `invalid_grant`; OAuth clients look for that word. */
function invalidGrant() {
  return problem('invalid_refresh_token', { extensions: { error: 'invalid_grant' } });
}
