import { publicId, text } from '../platform/http/schemas.js';

/** Fields that several rooms have on the wire. */

/**
 * RFC as SAT's schemas write it (tdCFDI.xsd, t_RFC): letters of the name, date of birth or foundation, homoclave. Twelve
 * characters for a legal entity, thirteen for a natural person; upper case, with Ñ and &.
 */
export const RFC_PATTERN = '^[A-ZÑ&]{3,4}[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[A-Z0-9]{2}[0-9A]$';

/** Field of an RFC. */
export const rfcField = (description: string) =>
  text({ description, minLength: 12, maxLength: 13, pattern: RFC_PATTERN, examples: ['EKU9003173C9'] });

/** The tax data of a customer or an emitter, as it stands on its proof of tax status. */
export const taxpayerFields = {
  rfc: rfcField('RFC, in upper case without hyphens or spaces.'),
  legal_name: text({
    maxLength: 300,
    pattern: '^[^\\s|\\x00-\\x1f](?:[^|\\x00-\\x1f]*[^\\s|\\x00-\\x1f])?$',
    description: 'Name as the tax authority has it: upper case, without the kind of company.',
    examples: ['ESCUELA KEMPER URGATE'],
  }),
  tax_regime: text({
    minLength: 3,
    maxLength: 3,
    pattern: '^[0-9]{3}$',
    description: 'Key of the tax regime (c_RegimenFiscal).',
    examples: ['601'],
  }),
  postal_code: text({
    minLength: 5,
    maxLength: 5,
    pattern: '^[0-9]{5}$',
    description: 'Postal code of the tax address (c_CodigoPostal).',
    examples: ['42501'],
  }),
};

/** An e-mail address: enough of its form to catch slips; whether it works, only a mail can tell. */
export const emailField = (description: string) =>
  text({
    description,
    maxLength: 254,
    pattern: '^[^\\s@\\x00-\\x1f]{1,64}@[^\\s@\\x00-\\x1f]{1,180}\\.[^\\s@.\\x00-\\x1f]{2,63}$',
    examples: ['ana@example.mx'],
  });

/** A stamping account that a request names. */
export const accountIdField = publicId('sta', 'Id of a stamping account, made by Timbrel.');

/** NIC in a path: anything short, since what is no NIC is answered like one that does not exist. */
export const nicInPath = text({
  maxLength: 64,
  description: 'NIC of the customer, given by Timbrel.',
  examples: ['10000001'],
});
