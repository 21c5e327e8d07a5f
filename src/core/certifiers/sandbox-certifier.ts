import { type KeyObject, randomUUID, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../../platform/clock.js';
import { localTime, type TfdFields, tfdOriginalString } from '../cfdi/index.js';
import type { BuiltInCertifier, SealedDocument, Stamped } from './certifier.js';

const signAsync = promisify(sign);

/**
 * RfcProvCertif of the sandbox. It has the form of a company's RFC, as the TFD's schema asks, but its last character is
 * not the check digit of the others (that would be 2), so SAT can never assign it.
 */
export const sandboxProviderRfc = 'TIM010101AB1';

/** The Leyenda of every sandbox TFD, in the letters that the TFD's schema allows there (no full stop). */
export const sandboxLegend = 'Timbre de prueba sin validez fiscal';

/**
 * Certifies like a PAC, without any fiscal effect: own authority, a number that begins with 3000, a Leyenda that says
 * so. One RSA signature a document, in the thread pool.
 */
export class SandboxCertifier implements BuiltInCertifier {
  readonly name = 'sandbox';
  readonly kind = 'built_in';

  constructor(
    private readonly pac: { readonly number: string; readonly privateKey: KeyObject },
    private readonly clock: Clock,
  ) {}

  /**
   * The TFD of a document whose checks have passed. FechaTimbrado is the true time, never bent to the document's: the
   * window check lets a Fecha be some minutes ahead of our clock, and so may the document be, by that much, of its TFD.
   */
  async certify({ sello }: SealedDocument): Promise<Stamped> {
    const fields: TfdFields = {
      uuid: randomUUID(),
      fechaTimbrado: localTime(this.clock.now(), 'America/Mexico_City'),
      rfcProvCertif: sandboxProviderRfc,
      leyenda: sandboxLegend,
      selloCfd: sello,
      noCertificadoSat: this.pac.number,
    };
    const signature = await signAsync('sha256', Buffer.from(tfdOriginalString(fields)), this.pac.privateKey);
    return { kind: 'stamped', tfd: { ...fields, selloSat: signature.toString('base64') }, replayed: false };
  }
}
