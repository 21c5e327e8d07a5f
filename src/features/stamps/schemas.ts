import Type, { type Static } from 'typebox';
import { MAX_BYTES } from '../../core/cfdi/index.js';
import { ViolationSchema } from '../../platform/http/problem-schema.js';
import {
  arrayOf,
  closed,
  component,
  enumOf,
  instant,
  integer,
  listOf,
  nullable,
  pageQuery,
  publicId,
  text,
} from '../../platform/http/schemas.js';
import { environments } from '../access/index.js';
import { rfcField } from '../fields.js';

/** Fiscal times have no zone: they are local time of a place, which SAT's rules name. */
const fiscalTime = (description: string) =>
  Type.String({ description, pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$', maxLength: 19 });

const fiscalUuid = (description: string) =>
  text({
    description,
    maxLength: 36,
    pattern: '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$',
    examples: ['6F35D3B5-3651-5370-BC2C-14CDBE384CD7'],
  });

const documentKind = enumOf(['I', 'E', 'T', 'N', 'P'], {
  description: 'TipoDeComprobante: I income, E expense (credit note), T transfer, N payroll, P payment.',
});

/** A sealed document as JSON. */
export const StampInput = component(
  'StampInput',
  closed(
    {
      xml: text({
        description: 'The sealed CFDI: the XML itself, or its bytes as base64 (RFC 4648) when `encoding` says so.',
        maxLength: MAX_BYTES,
      }),
      encoding: Type.Optional(
        enumOf(['text', 'base64'], {
          description:
            'How `xml` is written; `text` when left out. Base64 keeps every byte whatever the client does to text.',
        }),
      ),
    },
    { description: 'A sealed document to be stamped.' },
  ),
);

const stampFields = {
  id: publicId('stm', 'Id of the stamp, made by Timbrel.'),
  stamping_account_id: publicId('sta', 'The account that paid for it.'),
  environment: enumOf(environments, {
    description: 'A stamp of the sandbox has no fiscal validity. Growable: treat unknown values as not valid.',
  }),
  status: enumOf(['posted'], { description: '`posted`: stamped, charged and stored. Growable.' }),
  uuid: fiscalUuid('Fiscal folio of the document, made by the certifier.'),
  document_kind: documentKind,
  series: nullable(text({ description: 'Serie as the document has it.', minLength: 0, maxLength: 25 })),
  folio: nullable(text({ description: 'Folio as the document has it.', minLength: 0, maxLength: 40 })),
  issuer_rfc: rfcField('RFC of the issuer.'),
  receiver_rfc: rfcField('RFC of the receiver.'),
  receiver_name: nullable(
    text({ description: 'Name of the receiver as the document has it.', minLength: 0, maxLength: 300 }),
  ),
  currency: text({ description: 'Moneda, ISO 4217 as SAT lists it.', maxLength: 3 }),
  total: text({ description: 'Total exactly as the document writes it.', maxLength: 32, examples: ['1160.00'] }),
  fiscal_issued_at: fiscalTime('Fecha: local time of the place of issue.'),
  fiscal_stamped_at: fiscalTime('FechaTimbrado: local time of Mexico City.'),
  certifier: text({ description: 'Which certifier stamped it.', maxLength: 40, examples: ['sandbox'] }),
  certifier_rfc: rfcField('RfcProvCertif: RFC of the certifier.'),
  certifier_certificate_number: text({
    description: 'NoCertificadoSAT: number of the certificate that signed the stamp.',
    maxLength: 20,
    pattern: '^[0-9]{20}$',
  }),
  idempotency_key: nullable(text({ description: 'The Idempotency-Key that it was made with.', maxLength: 255 })),
  created_at: instant('When Timbrel stored it.'),
};

/** A stamp without its document. */
export const Stamp = component('Stamp', Type.Object(stampFields, { description: 'A stamp that was given.' }));

/** What creating answers. */
export const StampedDocument = component(
  'StampedDocument',
  Type.Object(
    {
      ...stampFields,
      replayed: Type.Boolean({
        description:
          'Whether this document had its stamp before: then this is that stamp, and this request cost nothing.',
      }),
      identical: Type.Boolean({
        description:
          'Whether the bytes sent are those that were stamped. False where they differ outside of what is sealed, as in the Addenda: `xml` is the document that was stamped.',
      }),
      available_stamps: integer({ description: 'Balance of the account after this request.', minimum: 0 }),
      xml: text({
        description: 'The stamped document: the bytes that were sent, with the TFD inserted.',
        maxLength: 16_777_216,
      }),
      tfd: text({ description: 'The element tfd:TimbreFiscalDigital alone.', maxLength: 8_192 }),
    },
    { description: 'A stamp with its document.' },
  ),
);

export const StampList = listOf('StampList', Stamp);

/** The two strings that seals are made over. */
export const OriginalStrings = component(
  'OriginalStrings',
  Type.Object(
    {
      document: text({
        description: "The document's original string (cadena original), which Sello signs.",
        maxLength: 16_777_216,
      }),
      tfd: text({ description: "The TFD's original string, which SelloSAT signs.", maxLength: 8_192 }),
    },
    { description: 'Original strings of a stamped document (Anexo 20).' },
  ),
);

/** What a dry run answers. */
export const StampValidation = component(
  'StampValidation',
  Type.Object(
    {
      would_stamp: Type.Boolean({
        description:
          'Whether sending the document to `POST /v1/stamps` now would stamp it or hand over its earlier stamp.',
      }),
      violations: arrayOf(ViolationSchema, {
        description: 'Every rule of SAT that the document breaks.',
        maxItems: 200,
      }),
      refusal: nullable(
        text({
          description:
            'The problem code that the account would get for a good document, such as `insufficient_stamps`; else null.',
          maxLength: 60,
        }),
      ),
      earlier_stamp_id: nullable(
        publicId('stm', 'The stamp that this document already has; it would be handed over at no cost.'),
      ),
    },
    { description: 'What would become of a document.' },
  ),
);

export const stampParams = Type.Object({
  stamp_id: text({ description: 'Id of the stamp.', maxLength: 64, examples: ['stm_01jd5p0x7bf3k8s9w2m4n6q8rt'] }),
});

/** Filters of the list. */
export const stampQuery = closed({
  ...pageQuery,
  nic: Type.Optional(text({ description: 'Stamps of this customer only.', maxLength: 12, pattern: '^[0-9]{8,12}$' })),
  stamping_account_id: Type.Optional(publicId('sta', 'Stamps of this account only.')),
  environment: Type.Optional(enumOf(environments, { description: 'Stamps of this environment only.' })),
  uuid: Type.Optional(fiscalUuid('The stamp with this fiscal folio, in either case.')),
  issuer_rfc: Type.Optional(rfcField('Stamps of this issuer only.')),
  receiver_rfc: Type.Optional(rfcField('Stamps for this receiver only.')),
  document_kind: Type.Optional(documentKind),
  series: Type.Optional(text({ description: 'Serie, exactly.', maxLength: 25 })),
  folio: Type.Optional(text({ description: 'Folio, exactly.', maxLength: 40 })),
  idempotency_key: Type.Optional(text({ description: 'The stamp made with this key.', maxLength: 255 })),
  created_from: Type.Optional(instant('Stored at this instant or later.')),
  created_before: Type.Optional(instant('Stored before this instant.')),
});

export type StampQuery = Static<typeof stampQuery>;
export type StampFields = Static<typeof Stamp>;
