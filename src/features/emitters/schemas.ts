import Type, { type Static } from 'typebox';
import {
  arrayOf,
  closed,
  component,
  enumOf,
  instant,
  listOf,
  pageQuery,
  pathId,
  publicId,
  text,
} from '../../platform/http/schemas.js';
import { accountIdField, nicInPath, rfcField, taxpayerFields } from '../fields.js';

/** Accounts that one emitter may be enabled on. */
const MAX_ACCOUNTS = 100;

const accountIds = (description: string, minItems: number) =>
  arrayOf(accountIdField, { description, minItems, maxItems: MAX_ACCOUNTS });

const status = enumOf(['active', 'suspended'], {
  description: 'A suspended emitter is refused new stamps on every account. More values may come.',
});

export const Emitter = component(
  'Emitter',
  Type.Object(
    {
      id: publicId('emi', 'Id of the emitter, made by Timbrel.'),
      nic: text({ maxLength: 12, description: 'NIC of the customer that registered it.', examples: ['10000001'] }),
      ...taxpayerFields,
      status,
      stamping_account_ids: accountIds('Stamping accounts that it may be stamped on.', 0),
      created_at: instant('When it was registered.'),
      updated_at: instant('When it last changed.'),
    },
    { description: 'An issuer of documents, registered by a customer.' },
  ),
);
export type Emitter = Static<typeof Emitter>;

export const EmitterList = listOf('EmitterList', Emitter);

export const NewEmitter = component(
  'NewEmitter',
  closed(
    {
      ...taxpayerFields,
      stamping_account_ids: Type.Optional(
        accountIds('Stamping accounts that it may be stamped on; all that the customer has when left out.', 0),
      ),
    },
    { description: 'An emitter to be registered.' },
  ),
);
export type NewEmitter = Static<typeof NewEmitter>;

export const EmitterPatch = component(
  'EmitterPatch',
  closed(
    {
      legal_name: Type.Optional(taxpayerFields.legal_name),
      tax_regime: Type.Optional(taxpayerFields.tax_regime),
      postal_code: Type.Optional(taxpayerFields.postal_code),
      stamping_account_ids: Type.Optional(
        accountIds('The whole list from now on; an empty one disables it everywhere.', 0),
      ),
    },
    { minProperties: 1, description: 'What changes; what is left out stays. Another RFC is another emitter.' },
  ),
);
export type EmitterPatch = Static<typeof EmitterPatch>;

/** Paths of what concerns the emitters of a customer, and one of them. */
export const customerPath = Type.Object({ nic: nicInPath });
export const emitterPath = Type.Object({ emitter_id: pathId('emi', 'Id of the emitter.') });

export const emitterQuery = closed({
  ...pageQuery,
  rfc: Type.Optional(rfcField('The emitter with this RFC only.')),
  status: Type.Optional(status),
  stamping_account_id: Type.Optional(publicId('sta', 'Emitters that are enabled on this account only.')),
});
