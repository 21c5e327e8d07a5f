import Type, { type Static } from 'typebox';
import {
  closed,
  component,
  enumOf,
  instant,
  listOf,
  nullable,
  pageQuery,
  pathId,
  publicId,
  text,
} from '../../platform/http/schemas.js';
import { maxPasswordCodePoints } from '../../platform/secrets/index.js';
import { memberRoles, tokenFields } from '../access/index.js';
import { emailField } from '../fields.js';

const name = (description: string, example: string) =>
  text({
    description,
    maxLength: 100,
    pattern: '^[^\\s\\x00-\\x1f](?:[^\\x00-\\x1f]*[^\\s\\x00-\\x1f])?$',
    examples: [example],
  });

const givenName = name('Given name.', 'Ana');
const familyName = name('Family name.', 'Ruiz');

export const LogIn = component(
  'LogIn',
  closed(
    {
      email: text({
        maxLength: 254,
        description: 'Log-in name; capital letters do not matter.',
        examples: ['ana@example.mx'],
      }),
      password: text({ maxLength: maxPasswordCodePoints, description: 'Password, to the letter.' }),
    },
    { description: 'Who logs in.' },
  ),
);
export type LogIn = Static<typeof LogIn>;

export const Session = component(
  'Session',
  Type.Object(
    {
      id: publicId('ses', 'Id of the session, made by Timbrel.'),
      profile_id: publicId('prf', 'Profile that logged in.'),
      created_at: instant('When it began.'),
      refreshed_at: instant('When its tokens were last refreshed. After 14 days without it is over.'),
      expires_at: instant('When it is over in any case: 90 days after it began.'),
      address: nullable(
        text({ maxLength: 45, description: 'Network address that it began from.', examples: ['203.0.113.7'] }),
      ),
      user_agent: nullable(
        text({ maxLength: 200, description: 'User agent that it began with.', examples: ['curl/8.5.0'] }),
      ),
    },
    { description: 'One log-in on one device.' },
  ),
);
export type Session = Static<typeof Session>;

export const OpenedSession = component(
  'OpenedSession',
  Type.Object({ ...tokenFields, session: Session }, { description: 'A session that just began, with its tokens.' }),
);

const profileFields = {
  id: publicId('prf', 'Id of the profile, made by Timbrel.'),
  email: emailField('Log-in name.'),
  given_name: givenName,
  family_name: familyName,
  staff: Type.Boolean({ description: 'Whether the person works for the operator of this platform.' }),
  status: enumOf(['active', 'disabled'], { description: 'Whether the person may log in. More values may come.' }),
  created_at: instant('When it was created.'),
  updated_at: instant('When it last changed.'),
  last_login_at: nullable(instant('When the person last logged in; null before the first time.')),
};

export const Profile = component('Profile', Type.Object(profileFields, { description: 'A person who logs in.' }));
export type Profile = Static<typeof Profile>;

export const ProfileList = listOf('ProfileList', Profile);

const Membership = component(
  'Membership',
  Type.Object(
    {
      nic: text({ maxLength: 12, description: 'NIC of the customer.', examples: ['10000001'] }),
      legal_name: text({ maxLength: 300, description: 'Name of the customer.', examples: ['ESCUELA KEMPER URGATE'] }),
      role: enumOf(memberRoles, { description: 'What the person may do there. More roles may come.' }),
    },
    { description: 'A customer that a person is linked to.' },
  ),
);

export const OwnProfile = component(
  'OwnProfile',
  Type.Object(
    {
      ...profileFields,
      memberships: Type.Array(Membership, {
        maxItems: 1000,
        description: 'The customers that the person is linked to.',
      }),
    },
    { description: 'The person who asks.' },
  ),
);
export type OwnProfile = Static<typeof OwnProfile>;

export const OwnProfilePatch = component(
  'OwnProfilePatch',
  closed(
    { given_name: Type.Optional(givenName), family_name: Type.Optional(familyName) },
    { minProperties: 1, description: 'What changes; what is left out stays.' },
  ),
);

export const NewProfile = component(
  'NewProfile',
  closed(
    { email: emailField('Log-in name, not used by another profile.'), given_name: givenName, family_name: familyName },
    { description: 'A person who will log in.' },
  ),
);

export const CreatedProfile = component(
  'CreatedProfile',
  Type.Object(
    {
      ...profileFields,
      temporary_password: nullable(
        text({
          maxLength: 64,
          description:
            'Password to begin with, this one time. Null where the answer is repeated for the same Idempotency-Key.',
          examples: ['Tm1-8r3kz-q5w9x-2c7v1-b6n4m'],
        }),
      ),
    },
    { description: 'A profile that was just created.' },
  ),
);

export const profilePath = Type.Object({ profile_id: pathId('prf', 'Id of the profile.') });
export const profileQuery = closed({
  ...pageQuery,
  email: Type.Optional(text({ maxLength: 254, description: 'The profile with this log-in name only.' })),
});
