import Type from 'typebox';
import { closed, component, text } from '../../platform/http/schemas.js';
import { rfcField, taxpayerFields } from '../fields.js';

const base64 = (description: string, maxLength: number) =>
  text({ description, maxLength, pattern: '^[A-Za-z0-9+/]+={0,2}$' });

const certificateNumber = text({
  description: 'NoCertificado: 20 digits, the first four "3000" as in all certificates for tests.',
  maxLength: 20,
  pattern: '^[0-9]{20}$',
});

/** Whom to issue a certificate for. */
export const NewSandboxCertificate = component(
  'NewSandboxCertificate',
  closed(
    { rfc: rfcField('RFC of the issuer to try with: any of the right form.'), legal_name: taxpayerFields.legal_name },
    { description: 'A taxpayer to try with.' },
  ),
);

/** A certificate, its key and the key's password. */
export const SandboxCertificate = component(
  'SandboxCertificate',
  Type.Object(
    {
      rfc: rfcField('RFC that the certificate names.'),
      legal_name: taxpayerFields.legal_name,
      certificate_number: certificateNumber,
      certificate: base64('The certificate (CSD) in DER, as a .cer file has it, in base64.', 16_384),
      private_key: base64('The encrypted private key (PKCS#8 in DER), as a .key file has it, in base64.', 16_384),
      password: text({
        description: 'Opens the private key. Shown here only: nothing of this is stored.',
        maxLength: 64,
      }),
    },
    { description: 'A CSD for the sandbox. It has no validity anywhere else.' },
  ),
);

/** Who issues and stamps in the sandbox. */
export const SandboxAuthorityResource = component(
  'SandboxAuthority',
  Type.Object(
    {
      authority_certificate: text({
        description: 'Certificate of the authority that issues the CSDs, PEM.',
        maxLength: 16_384,
      }),
      certifier_certificate: text({
        description: 'Certificate that signs the stamps (SelloSAT), PEM.',
        maxLength: 16_384,
      }),
      certifier_certificate_number: certificateNumber,
      certifier_rfc: text({ description: 'RfcProvCertif of every sandbox stamp.', maxLength: 12 }),
      legend: text({ description: 'Leyenda of every sandbox stamp.', maxLength: 150 }),
    },
    { description: 'What checking a sandbox stamp takes.' },
  ),
);
