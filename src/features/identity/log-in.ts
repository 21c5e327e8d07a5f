import type { FastifyInstance } from 'fastify';
import type { Profile, Session } from '../../platform/db/generated/client.js';
import { recordEvent } from '../../platform/events.js';
import { operation } from '../../platform/http/operation.js';
import { toPublicId } from '../../platform/ids.js';
import { Problem, problem } from '../../problems.js';
import { type Origin, originOf } from '../access/index.js';
import { exampleOpenedSession } from './examples.js';
import type { IdentityServices } from './index.js';
import { type LoginPlace, LoginTries } from './login-tries.js';
import { presentSession } from './present.js';
import { normalizeEmail } from './rules.js';
import { LogIn, OpenedSession } from './schemas.js';

/**
 * `POST /v1/sessions`. A log-in that does not exist costs the same as one that does, in answers, statements and hashes, so
 * that nobody learns who is a customer.
 */
export function logIn(app: FastifyInstance, { uow, clock, keyring, passwords, sessions }: IdentityServices): void {
  const tries = new LoginTries(uow, keyring, clock);

  operation(app, {
    id: 'createSession',
    method: 'POST',
    path: '/v1/sessions',
    tag: 'Sessions',
    summary: 'Log in',
    description:
      'Gives an access token for 15 minutes and a refresh token for `POST /v1/oauth/token`. After five wrong tries within ' +
      'an hour the log-in is locked for 15 minutes for that network; after fifty, for everybody. Trying during a lock does ' +
      'not prolong it, and the answer says when it ends.',
    idempotency: 'none',
    body: LogIn,
    success: {
      status: 201,
      description: 'The session and its tokens.',
      schema: OpenedSession,
      example: exampleOpenedSession,
    },
    problems: ['invalid_credentials', 'login_locked'],
    examples: { ana: { summary: 'A person', value: { email: 'ana@example.mx', password: 'Una-clave-1' } } },
    async handler(request, reply) {
      const { session, tokens } = await open(request.body, originOf(request));
      reply.header('location', '/v1/sessions/current');
      return { ...tokens, session: presentSession(session) };
    },
  });

  async function open({ email, password }: LogIn, origin: Origin) {
    const login = normalizeEmail(email);
    const place = tries.placeOf(login, origin.address);
    const { lockedUntil } = await tries.begin(place);
    if (lockedUntil) throw locked(lockedUntil, clock.now());
    const profile = await uow.read((tx) => tx.profile.findUnique({ where: { email: login } }));
    const right = await isRight(profile, password, place);
    if (!right || profile?.status !== 'active') {
      await refuse(profile, place, origin);
      throw problem('invalid_credentials');
    }
    const session = await admit(profile, password, place, origin);
    return { session, tokens: sessions.tokensOf(session) };
  }

  async function isRight(profile: Profile | null, password: string, place: LoginPlace): Promise<boolean> {
    try {
      return await passwords.verify(profile?.passwordHash ?? null, password);
    } catch (error) {
      if (error instanceof Problem) await tries.giveBack(place);
      throw error;
    }
  }

  /** The digest tells tries of one unknown name apart from those of another without keeping what was typed. */
  async function refuse(profile: Profile | null, { digest }: LoginPlace, origin: Origin): Promise<void> {
    const subject = profile ? toPublicId('prf', profile.id) : 'unknown';
    const data = { ...whereFrom(origin), login_digest: Buffer.from(digest).toString('hex', 0, 8) };
    await uow.run((tx) => recordEvent(tx, clock, { type: 'login.failed', subject, actor: 'anonymous', data }));
  }

  async function admit(profile: Profile, password: string, place: LoginPlace, origin: Origin): Promise<Session> {
    // Costs may have risen since the password was set; now is the one time that it is known.
    const passwordHash = passwords.needsRehash(profile.passwordHash) ? await passwords.hash(password) : undefined;
    return uow.run(async (tx) => {
      await tries.forgive(tx, place);
      const data = { lastLoginAt: clock.now(), ...(passwordHash && { passwordHash }) };
      await tx.profile.update({ where: { id: profile.id }, data });
      const session = await sessions.open(tx, profile.id, origin);
      const subject = toPublicId('prf', profile.id);
      const event = { subject, actor: subject, data: { ...whereFrom(origin), session: toPublicId('ses', session.id) } };
      await recordEvent(tx, clock, { type: 'login.succeeded', ...event });
      return session;
    });
  }
}

function whereFrom({ address, userAgent }: Origin) {
  return { method: 'password', address, user_agent: userAgent };
}

function locked(until: Date, now: Date): Problem {
  const retryAfter = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000));
  const params = { next_attempt_at: until.toISOString() };
  return problem('login_locked', { params, extensions: params, retryAfter });
}
