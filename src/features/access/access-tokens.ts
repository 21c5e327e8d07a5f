import type { JWT } from '@fastify/jwt';
import type { Clock } from '../../platform/clock.js';
import { fromPublicId, toPublicId } from '../../platform/ids.js';
import type { Keyring } from '../../platform/secrets/index.js';

/** Seconds that an access token is good for. It names what it stands for and is checked against it on every request. */
export const accessTokenSeconds = 900;

const ISSUER = 'timbrel';
const AUDIENCE = 'timbrel-api';
const ALGORITHM = 'HS256';
/** RFC 9068: what it is for, so that no other JWT passes for an access token. */
const TYPE = 'at+jwt';
const HEADER_NAMES = new Set(['alg', 'typ', 'kid']);
/** Ours have some 400 characters. */
const MAX_LENGTH = 1024;

/** What an access token stands for: a person's session, or a secret of a stamping account. Ids are UUIDs. */
export type TokenSubject =
  | { kind: 'profile'; profileId: string; sessionId: string }
  | { kind: 'account'; accountId: string; secretId: string };

/**
 * Access tokens: JWT (RFC 7519) with one algorithm, a key of our own named by `kid`, and `iss aud iat nbf exp typ`
 * checked. A header that says more than `alg`, `typ` and `kid` (`jku`, `jwk`, `crit` …) is refused.
 */
export class AccessTokens {
  constructor(
    /** @fastify/jwt's, which exists once the server is being set up. */
    private readonly jwt: () => JWT,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** A token for a subject, good from now on for `accessTokenSeconds`. */
  issue(subject: TokenSubject): string {
    const now = Math.floor(this.clock.now().getTime() / 1000);
    const { id, key } = this.keyring.keys('accessToken')[0];
    const times = { iat: now, nbf: now, exp: now + accessTokenSeconds };
    return this.jwt().sign(
      { iss: ISSUER, aud: AUDIENCE, ...times, ...claimsOf(subject) },
      { key: key.export(), algorithm: ALGORITHM, kid: id, header: { alg: ALGORITHM, typ: TYPE } },
    );
  }

  /** The subject of a token that is good now, else null. Any text of any length is safe. */
  read(token: string): TokenSubject | null {
    if (token.length > MAX_LENGTH) return null;
    try {
      return this.#verify(token);
    } catch {
      return null;
    }
  }

  #verify(token: string): TokenSubject | null {
    const { header } = this.jwt().decode<{ header: Record<string, unknown> }>(token, { complete: true }) ?? {};
    if (!header || Object.keys(header).some((name) => !HEADER_NAMES.has(name))) return null;
    const known = this.keyring.keys('accessToken').find(({ id }) => id === header.kid);
    if (!known) return null;
    const claims = this.jwt().verify<Record<string, unknown>>(token, {
      key: known.key.export(),
      algorithms: [ALGORITHM],
      checkTyp: TYPE,
      allowedIss: ISSUER,
      allowedAud: AUDIENCE,
      requiredClaims: ['iss', 'aud', 'sub', 'iat', 'nbf', 'exp'],
      clockTimestamp: this.clock.now().getTime(),
    });
    return subjectOf(claims);
  }
}

function claimsOf(subject: TokenSubject): Record<string, string> {
  return subject.kind === 'profile'
    ? { sub: toPublicId('prf', subject.profileId), sid: toPublicId('ses', subject.sessionId) }
    : { sub: toPublicId('sta', subject.accountId), key: toPublicId('key', subject.secretId) };
}

function subjectOf({ sub, sid, key }: Record<string, unknown>): TokenSubject | null {
  const profileId = fromPublicId('prf', String(sub));
  const sessionId = fromPublicId('ses', String(sid));
  if (profileId && sessionId) return { kind: 'profile', profileId, sessionId };
  const accountId = fromPublicId('sta', String(sub));
  const secretId = fromPublicId('key', String(key));
  return accountId && secretId ? { kind: 'account', accountId, secretId } : null;
}
