import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.js';
import type { Profile } from '../../platform/db/generated/client.js';
import type { Tx, UnitOfWork } from '../../platform/db/unit-of-work.js';
import { recordEvent } from '../../platform/events.js';
import { operation } from '../../platform/http/operation.js';
import { newId, toPublicId } from '../../platform/ids.js';
import type { PasswordHasher } from '../../platform/secrets/index.js';
import { problem } from '../../problems.js';
import { exampleProfile, exampleTemporaryPassword } from './examples.js';
import type { IdentityServices } from './index.js';
import { presentProfile } from './present.js';
import { normalizeEmail, type PasswordFault, passwordFaults } from './rules.js';
import { CreatedProfile, NewProfile } from './schemas.js';

/** A person to be kept. */
interface ProfileDraft {
  email: string;
  givenName: string;
  familyName: string;
  staff: boolean;
  passwordHash: string;
}

/** `POST /v1/profiles`: staff makes a log-in for somebody, who can then be linked to a customer. */
export function createProfile(app: FastifyInstance, { clock, passwords, idempotency }: IdentityServices): void {
  operation(app, {
    id: 'createProfile',
    method: 'POST',
    path: '/v1/profiles',
    tag: 'Profiles',
    summary: 'Create a profile',
    description: 'Makes a log-in with a temporary password, which is shown this one time.',
    idempotency: 'key-optional',
    body: NewProfile,
    success: {
      status: 201,
      description: 'The profile.',
      schema: CreatedProfile,
      example: { ...exampleProfile, temporary_password: exampleTemporaryPassword },
    },
    problems: ['email_taken'],
    examples: {
      ana: { summary: 'A person', value: { email: 'ana@example.mx', given_name: 'Ana', family_name: 'Ruiz' } },
    },
    async handler(request, reply) {
      const { email, given_name: givenName, family_name: familyName } = request.body;
      const password = generatePassword();
      const draft = { email, givenName, familyName, staff: false, passwordHash: await passwords.hash(password) };
      return idempotency.run(request, reply, async (tx) => {
        const profile = await keepProfile(tx, clock, draft, request.caller.actor);
        return {
          body: { ...presentProfile(profile), temporary_password: password },
          headers: { location: `/v1/profiles/${toPublicId('prf', profile.id)}` },
          remember: '72h',
          shownOnce: ['/temporary_password'],
        };
      });
    },
  });
}

/** A password that breaks the policy. */
export class WeakPasswordError extends Error {
  override readonly name = 'WeakPasswordError';
  constructor(readonly faults: readonly PasswordFault[]) {
    super(`The password breaks the policy: ${faults.join(', ')}.`);
  }
}

/**
 * Creates a profile that works for the operator; for the command line, since nobody may make staff over HTTP.
 *
 * @param draft without a password, one is generated
 * @returns the public id, and the password if it was generated
 * @throws WeakPasswordError; Problem `email_taken`
 */
export async function createStaffProfile(
  { uow, clock, passwords }: { uow: UnitOfWork; clock: Clock; passwords: PasswordHasher },
  draft: { email: string; givenName: string; familyName: string; password?: string },
): Promise<{ profileId: string; generatedPassword: string | null }> {
  const { email, givenName, familyName } = draft;
  const password = draft.password ?? generatePassword();
  const faults = passwordFaults(password, [email.split('@')[0] ?? '', givenName, familyName]);
  if (faults.length > 0) throw new WeakPasswordError(faults);
  const kept = { email, givenName, familyName, staff: true, passwordHash: await passwords.hash(password) };
  const { id } = await uow.run((tx) => keepProfile(tx, clock, kept, 'operator'));
  return { profileId: toPublicId('prf', id), generatedPassword: draft.password === undefined ? password : null };
}

/** Writes a profile; of two at once with one e-mail address, one is refused. */
async function keepProfile(tx: Tx, clock: Clock, draft: ProfileDraft, actor: string): Promise<Profile> {
  const id = newId(clock);
  const now = clock.now();
  const data = { id, ...draft, email: normalizeEmail(draft.email), createdAt: now, updatedAt: now };
  const { count } = await tx.profile.createMany({ data, skipDuplicates: true });
  if (count === 0) throw problem('email_taken');
  const event = { type: 'profile.created', subject: toPublicId('prf', id), actor, data: { staff: draft.staff } };
  await recordEvent(tx, clock, event);
  return tx.profile.findUniqueOrThrow({ where: { id } });
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 100 random bits in groups that can be read out; the beginning makes it fit the policy. */
function generatePassword(): string {
  const letters = [...randomBytes(20)].map((byte) => ALPHABET[byte & 31]).join('');
  return `Tm1-${letters.replace(/(.{5})(?=.)/g, '$1-')}`;
}
