import Type, { type Static } from 'typebox';
import {
  closed,
  component,
  enumOf,
  instant,
  integer,
  listOf,
  nullable,
  pageQuery,
  pathId,
  publicId,
  text,
} from '../../platform/http/schemas.js';
import { environments } from '../access/index.js';
import { rfcField } from '../fields.js';

/** Largest overlap of a rotation: 30 days. */
const MAX_OVERLAP_SECONDS = 2_592_000;

const nic = text({
  maxLength: 12,
  pattern: '^[0-9]{8,12}$',
  description: 'NIC of the customer.',
  examples: ['10000001'],
});

export const StampingAccount = component(
  'StampingAccount',
  Type.Object(
    {
      id: publicId('sta', 'Id of the account, made by Timbrel; also its user name for HTTP Basic.'),
      nic,
      environment: enumOf(environments, {
        description: 'Where its stamps count. Stamps of `sandbox` have no fiscal validity.',
      }),
      kind: enumOf(['standard', 'unlimited'], {
        description: 'How it pays: `standard` spends stamps of its balance. More kinds may come.',
      }),
      name: text({ maxLength: 100, description: 'Name for people.', examples: ['Principal'] }),
      status: enumOf(['active', 'blocked'], {
        description: 'A blocked account stamps nothing new; what it stamped stays available. More values may come.',
      }),
      blocked_reason: nullable(
        text({ maxLength: 200, description: 'Why it is blocked; null while it is not.', examples: ['Pago vencido'] }),
      ),
      created_at: instant('When it was opened.'),
      updated_at: instant('When it last changed.'),
    },
    { description: 'An account that machines stamp with.' },
  ),
);
export type StampingAccount = Static<typeof StampingAccount>;

export const StampingAccountList = listOf('StampingAccountList', StampingAccount);

const secretFields = {
  id: publicId('key', 'Id of the secret, made by Timbrel.'),
  stamping_account_id: publicId('sta', 'Id of the account that it belongs to.'),
  hint: text({ maxLength: 4, description: 'Its last four characters, to tell secrets apart.', examples: ['k9s2'] }),
  created_at: instant('When it was made.'),
  expires_at: nullable(instant('When it stops working after a rotation; null if nothing ends it.')),
  revoked_at: nullable(instant('When it was revoked; null if it was not.')),
};

export const MachineSecret = component(
  'MachineSecret',
  Type.Object(secretFields, { description: 'A secret of a stamping account, without the secret itself.' }),
);
export type MachineSecret = Static<typeof MachineSecret>;

export const MachineSecretList = listOf('MachineSecretList', MachineSecret);

export const NewMachineSecret = component(
  'NewMachineSecret',
  Type.Object(
    {
      ...secretFields,
      secret: nullable(
        text({
          maxLength: 64,
          description: 'The secret, this one time. Null where the answer is repeated for the same Idempotency-Key.',
          examples: ['tbl_acc_sbx_8r3kz0q5w9x2c7v1b6n4m8t3y5p0d2fgh7jk9s'],
        }),
      ),
    },
    { description: 'A secret that was just made.' },
  ),
);
export type NewMachineSecret = Static<typeof NewMachineSecret>;

export const RotateSecret = component(
  'RotateSecret',
  closed(
    {
      overlap_seconds: Type.Optional(
        integer({
          minimum: 0,
          maximum: MAX_OVERLAP_SECONDS,
          description: 'How long the secrets in force go on working: 86400 (a day) when left out, 0 ends them at once.',
        }),
      ),
    },
    { description: 'How to change over from the secrets in force.' },
  ),
);

export const BlockAccount = component(
  'BlockAccount',
  closed(
    { reason: text({ maxLength: 200, description: 'Why, as the customer will read it.', examples: ['Pago vencido'] }) },
    { description: 'Why an account is blocked.' },
  ),
);

export const NewGrant = component(
  'NewGrant',
  closed(
    {
      amount: integer({ minimum: 1, maximum: 100_000_000, description: 'How many stamps.' }),
      reason: Type.Optional(text({ maxLength: 200, description: 'Why, for the history.', examples: ['Bienvenida'] })),
    },
    { description: 'Stamps to be given.' },
  ),
);

export const Grant = component(
  'Grant',
  Type.Object(
    {
      id: publicId('trf', 'Id of the movement, made by Timbrel.'),
      stamping_account_id: publicId('sta', 'Id of the account that got the stamps.'),
      environment: enumOf(environments, { description: 'Where the stamps count.' }),
      amount: integer({ minimum: 1, description: 'How many stamps.' }),
      reason: nullable(text({ maxLength: 200, description: 'Why; null if nobody said.' })),
      created_at: instant('When they were given.'),
    },
    { description: 'Stamps that an account was given.' },
  ),
);
export type Grant = Static<typeof Grant>;

export const Balance = component(
  'Balance',
  Type.Object(
    {
      stamping_account_id: publicId('sta', 'Id of the account.'),
      environment: enumOf(environments, { description: 'Where the stamps count.' }),
      available_stamps: integer({ minimum: 0, description: 'Stamps that can be spent now.' }),
      reserved_stamps: integer({
        minimum: 0,
        description: 'Stamps held for documents whose outcome is not known yet.',
      }),
      consumed_stamps: integer({ minimum: 0, description: 'Stamps spent so far.' }),
      received_stamps: integer({
        minimum: 0,
        description: 'Stamps that came in, less those that went out: available, reserved and consumed together.',
      }),
    },
    { description: 'What an account holds at this moment.' },
  ),
);

const delta = (what: string) => integer({ minimum: Number.MIN_SAFE_INTEGER, description: `Change of ${what}.` });

export const Movement = component(
  'Movement',
  Type.Object(
    {
      position: integer({
        minimum: 1,
        description: 'Place in the history of the account: 1 is the first, none is missing.',
      }),
      kind: text({ maxLength: 40, description: 'What moved: `grant`, `stamp`, `transfer` … More kinds may come.' }),
      reference_id: text({
        maxLength: 30,
        description: 'The stamp (`stm_…`) or the transfer (`trf_…`) that moved.',
        examples: ['stm_01jd5p0x7bf3k8s9w2m4n6q8rt'],
      }),
      available_delta: delta('the stamps that can be spent'),
      reserved_delta: delta('the stamps that are held'),
      consumed_delta: delta('the stamps that are spent'),
      received_delta: delta('the stamps that came in, less those that went out'),
      created_at: instant('When it moved.'),
    },
    { description: 'One line of the history of an account.' },
  ),
);
export type Movement = Static<typeof Movement>;

export const MovementList = listOf('MovementList', Movement);

/** Path of what concerns one account. */
export const accountPath = Type.Object({ account_id: pathId('sta', 'Id of the stamping account.') });
export const secretPath = Type.Object({
  account_id: pathId('sta', 'Id of the stamping account.'),
  secret_id: pathId('key', 'Id of the secret.'),
});
export const grantPath = Type.Object({
  account_id: pathId('sta', 'Id of the stamping account.'),
  grant_id: pathId('trf', 'Id of the grant.'),
});

export const pageOnly = closed({ ...pageQuery });
export const accountQuery = closed({
  ...pageQuery,
  nic: Type.Optional(text({ maxLength: 12, description: 'Accounts of the customer with this NIC only.' })),
  environment: Type.Optional(enumOf(environments, { description: 'Accounts of this environment only.' })),
  status: Type.Optional(enumOf(['active', 'blocked'], { description: 'Accounts with this status only.' })),
});

const day = (description: string) =>
  text({
    description,
    maxLength: 10,
    pattern: '^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$',
    examples: ['2026-03-04'],
  });

/** Which days of the consumption. */
export const consumptionQuery = closed({
  ...pageQuery,
  from: Type.Optional(day('First day of the lines; the first one there is, when left out.')),
  to: Type.Optional(day('Last day of the lines; the last one there is, when left out.')),
  issuer_rfc: Type.Optional(rfcField('Lines of this issuer only.')),
});
export type ConsumptionQuery = Static<typeof consumptionQuery>;

const total = (description: string) => integer({ description, minimum: 0 });

export const ConsumptionLine = component(
  'ConsumptionLine',
  Type.Object(
    {
      day: day('Day in the calendar of Mexico City.'),
      issuer_rfc: rfcField('RFC of the issuer.'),
      document_kind: text({ description: 'TipoDeComprobante: I, E, T, N or P.', maxLength: 1 }),
      result: enumOf(['stamped'], { description: 'What became of the documents. Growable.' }),
      documents: total('How many.'),
    },
    { description: 'What one issuer consumed on one day, of one kind of document.' },
  ),
);

export const Consumption = component(
  'Consumption',
  Type.Object(
    {
      stamping_account_id: publicId('sta', 'Id of the account.'),
      environment: enumOf(environments, { description: 'Where the stamps counted.' }),
      this_month_stamps: total("Stamps given since the first of this month, in Mexico City's calendar."),
      all_time_stamps: total('Stamps given since the account was opened.'),
      lines: listOf('ConsumptionLines', ConsumptionLine),
    },
    { description: 'What an account consumed: exact at the moment of the answer.' },
  ),
);
