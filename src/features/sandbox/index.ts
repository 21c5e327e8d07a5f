import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { type SandboxAuthority, sandboxLegend, sandboxProviderRfc } from '../../core/certifiers/index.js';
import { BoundedWork } from '../../platform/bounded-work.js';
import { operation } from '../../platform/http/operation.js';
import { NewSandboxCertificate, SandboxAuthorityResource, SandboxCertificate } from './schemas.js';

const tag = 'Sandbox';
const pemExample = '-----BEGIN CERTIFICATE-----\nMIID…\n-----END CERTIFICATE-----\n';

/** What an integrator needs to try: certificates to seal with, and the one that checks the stamps. */
export function sandbox(app: FastifyInstance, authority: SandboxAuthority): void {
  // A key pair takes a thread for some tenths of a second: integrators may wait, stamps may not.
  const keyPairs = new BoundedWork({ concurrency: 1, queueLimit: 20 });

  operation(app, {
    id: 'createSandboxCertificate',
    method: 'POST',
    path: '/v1/sandbox/certificates',
    tag,
    summary: 'Make a CSD to try with',
    description:
      'Issues a digital seal certificate (CSD) of the sandbox’s own authority for any RFC, with its private key and password, so that a first document can be sealed without SAT’s. Nothing of it is stored.',
    idempotency: 'none',
    body: NewSandboxCertificate,
    success: {
      status: 201,
      description: 'The certificate, its key and its password.',
      schema: SandboxCertificate,
      example: {
        rfc: 'EKU9003173C9',
        legal_name: 'ESCUELA KEMPER URGATE',
        certificate_number: '30009143302841056677',
        certificate: 'MIIDxDCCAqygAwIBAgI=',
        private_key: 'MIIFNTBfBgkqhkiG9w0=',
        password: 'k3Jx-0aYw9sQm2Zr',
      },
    },
    problems: [],
    examples: {
      company: { summary: 'A legal entity', value: { rfc: 'EKU9003173C9', legal_name: 'ESCUELA KEMPER URGATE' } },
    },
    async handler(request) {
      const { rfc, legal_name } = request.body;
      const password = randomBytes(12).toString('base64url');
      const csd = await keyPairs.run(() => authority.issueDemoCsd({ rfc, legalName: legal_name }, password));
      return {
        rfc,
        legal_name,
        certificate_number: csd.number,
        certificate: csd.certificate.toString('base64'),
        private_key: csd.encryptedKey.toString('base64'),
        password,
      };
    },
  });

  operation(app, {
    id: 'getSandboxAuthority',
    method: 'GET',
    path: '/v1/sandbox/authority',
    tag,
    summary: 'Get the certificates of the sandbox',
    description: 'The certificates of the authority and of the certifier of this sandbox, for checking its stamps.',
    success: {
      status: 200,
      description: 'Certificates and marks of the sandbox.',
      schema: SandboxAuthorityResource,
      example: {
        authority_certificate: pemExample,
        certifier_certificate: pemExample,
        certifier_certificate_number: '30009143302841056677',
        certifier_rfc: sandboxProviderRfc,
        legend: sandboxLegend,
      },
    },
    problems: [],
    handler: () => ({
      authority_certificate: authority.certificate.toString(),
      certifier_certificate: authority.pac.certificate.toString(),
      certifier_certificate_number: authority.pac.number,
      certifier_rfc: sandboxProviderRfc,
      legend: sandboxLegend,
    }),
  });
}
