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
import { environments, memberRoles } from '../access/index.js';
import { emailField, nicInPath, rfcField, taxpayerFields } from '../fields.js';
import { NewMachineSecret, StampingAccount } from '../stamping-accounts/index.js';

const customerFields = {
  nic: text({ maxLength: 12, description: 'Number of the customer, given by Timbrel.', examples: ['10000001'] }),
  ...taxpayerFields,
  email: nullable(emailField('Where notices go; null if nowhere.')),
  created_at: instant('When it was created.'),
  updated_at: instant('When it last changed.'),
};

export const Customer = component(
  'Customer',
  Type.Object(customerFields, { description: 'An organisation that stamps, known by its NIC.' }),
);
export type Customer = Static<typeof Customer>;

export const CustomerList = listOf('CustomerList', Customer);

export const CreatedCustomer = component(
  'CreatedCustomer',
  Type.Object(
    { ...customerFields, stamping_account: StampingAccount, machine_secret: NewMachineSecret },
    { description: 'A new customer with its standard stamping account and the first secret of that.' },
  ),
);
export type CreatedCustomer = Static<typeof CreatedCustomer>;

export const NewCustomer = component(
  'NewCustomer',
  closed(
    {
      ...taxpayerFields,
      email: Type.Optional(nullable(emailField('Where notices go.'))),
      environment: Type.Optional(
        enumOf(environments, { description: 'Environment of its first stamping account; `sandbox` when left out.' }),
      ),
      owner_profile_id: Type.Optional(
        publicId('prf', 'Profile that becomes its first owner. Without one, only staff reaches the customer.'),
      ),
    },
    { description: 'A customer to be created.' },
  ),
);
export type NewCustomer = Static<typeof NewCustomer>;

const { rfc: _, ...changeableTaxData } = taxpayerFields;

export const CustomerPatch = component(
  'CustomerPatch',
  closed(
    {
      legal_name: Type.Optional(changeableTaxData.legal_name),
      tax_regime: Type.Optional(changeableTaxData.tax_regime),
      postal_code: Type.Optional(changeableTaxData.postal_code),
      email: Type.Optional(nullable(emailField('Where notices go; null takes it away.'))),
    },
    { minProperties: 1, description: 'What changes; what is left out stays. The RFC of a customer does not change.' },
  ),
);
export type CustomerPatch = Static<typeof CustomerPatch>;

const role = enumOf(memberRoles, {
  description:
    '`owner` and `admin` manage the customer, its members and secrets (an admin no owners); `operator` manages emitters; ' +
    '`billing` and `read_only` look. More roles may come.',
});

export const Member = component(
  'Member',
  Type.Object(
    {
      profile_id: publicId('prf', 'Id of the profile, made by Timbrel.'),
      email: emailField('Log-in name of the profile.'),
      given_name: text({ maxLength: 100, description: 'Given name.', examples: ['Ana'] }),
      family_name: text({ maxLength: 100, description: 'Family name.', examples: ['Ruiz'] }),
      role,
      created_at: instant('When the profile was linked to the customer.'),
    },
    { description: 'A profile that is linked to a customer.' },
  ),
);
export type Member = Static<typeof Member>;

export const MemberList = listOf('MemberList', Member);

export const NewMember = component(
  'NewMember',
  closed(
    { profile_id: publicId('prf', 'The profile to be linked; its owner finds the id in `GET /v1/profile`.'), role },
    { description: 'A link to be made.' },
  ),
);

export const MemberPatch = component(
  'MemberPatch',
  closed({ role }, { description: 'What the profile may be from now on.' }),
);

/** Paths of what concerns one customer, and one of its members. */
export const customerPath = Type.Object({ nic: nicInPath });
export const memberPath = Type.Object({ nic: nicInPath, profile_id: pathId('prf', 'Id of the profile.') });

export const customerQuery = closed({
  ...pageQuery,
  nic: Type.Optional(text({ maxLength: 12, description: 'The customer with this NIC only.' })),
  rfc: Type.Optional(rfcField('Customers with this RFC only.')),
});
export const pageOnly = closed({ ...pageQuery });
