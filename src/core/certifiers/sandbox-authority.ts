import { createPrivateKey, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../../platform/clock.js';
import type { BoxContext, SealedBoxes } from '../../platform/secrets/index.js';
import { parseCertificate } from '../certificates/index.js';
import { issueCertificate, type NameAttribute, nameOids } from './issue-certificate.js';
import { sandboxProviderRfc } from './sandbox-certifier.js';

const generateKeyPairAsync = promisify(generateKeyPair);
const dayMs = 86_400_000;
const yearMs = 365 * dayMs;

/** What is kept of the authority: certificates in DER, private keys in sealed boxes. */
export interface StoredAuthority {
  readonly caCertificate: Uint8Array;
  readonly caKeyBox: Uint8Array;
  readonly pacCertificate: Uint8Array;
  readonly pacKeyBox: Uint8Array;
}

/** Where the one authority of an installation is kept. */
export interface AuthorityStore {
  /** The authority, once it is there. */
  load(): Promise<StoredAuthority | null>;
  /** Keeps it unless there is one already; gives the one that is kept. Of several callers one wins. */
  saveIfAbsent(authority: StoredAuthority): Promise<StoredAuthority>;
}

/** A test taxpayer's certificate and key, as SAT hands them out. */
export interface DemoCsd {
  /** DER: a .cer file. */
  readonly certificate: Buffer;
  /** PKCS#8 EncryptedPrivateKeyInfo in DER: a .key file. */
  readonly encryptedKey: Buffer;
  /** NoCertificado. */
  readonly number: string;
}

/** Every name of ours says that it has no fiscal value. TrustStore knows "Sandbox" and never takes it in production. */
const authorityName: readonly NameAttribute[] = [
  [nameOids.commonName, 'AC Sandbox Timbrel'],
  [nameOids.organization, 'Timbrel'],
  [nameOids.organizationalUnit, 'Sandbox, sin validez fiscal'],
  [nameOids.country, 'MX'],
];

const boxContext = (key: 'ca' | 'pac'): BoxContext => ({
  purpose: 'sandbox-private-key',
  table: 'sandbox_authority',
  row: key,
  tenant: 'platform',
});

/**
 * The sandbox's own certification authority, which stands where SAT does in production: it issued the certificate of
 * the sandbox's PAC and issues CSDs to try with. It lives as long as the installation.
 */
export class SandboxAuthority {
  /** The authority's own certificate: the sandbox trusts it, production never. */
  readonly certificate: X509Certificate;
  /** The PAC's certificate and key; the key is kept open because every stamp signs with it. */
  readonly pac: { readonly number: string; readonly certificate: X509Certificate; readonly privateKey: KeyObject };
  readonly #stored: StoredAuthority;

  private constructor(
    stored: StoredAuthority,
    private readonly boxes: SealedBoxes,
    private readonly clock: Clock,
  ) {
    this.#stored = stored;
    this.certificate = new X509Certificate(stored.caCertificate);
    const pac = parseCertificate(Buffer.from(stored.pacCertificate));
    this.pac = {
      number: pac.number as string,
      certificate: pac.x509,
      privateKey: openBox(boxes, stored.pacKeyBox, 'pac'),
    };
  }

  /**
   * The installation's authority, made at the first start. Processes that start together may each make one; the store
   * keeps the first. Keys are made here, so call it outside any transaction. Throws SealedBoxError where the master
   * key is not the one that sealed the keys.
   */
  static async loadOrCreate(store: AuthorityStore, boxes: SealedBoxes, clock: Clock): Promise<SandboxAuthority> {
    const stored = (await store.load()) ?? (await store.saveIfAbsent(await createAuthority(boxes, clock)));
    return new SandboxAuthority(stored, boxes, clock);
  }

  /**
   * A CSD for trying: valid from a week ago, so that documents of the last 72 hours can be sealed with it, for four
   * years as SAT's are. The key file opens with the password. RFC and name are the caller's to check.
   */
  async issueDemoCsd(owner: { rfc: string; legalName: string }, password: string): Promise<DemoCsd> {
    const { publicKey, privateKey } = await generateKeys();
    const now = this.clock.now().getTime();
    const certificate = await issueCertificate(
      {
        subject: csdSubject({ ...owner, branch: 'Sucursal demo' }),
        publicKey,
        notBefore: new Date(now - 7 * dayMs),
        notAfter: new Date(now + 4 * yearMs),
        authority: false,
      },
      { name: authorityName, privateKey: openBox(this.boxes, this.#stored.caKeyBox, 'ca') },
    );
    return {
      certificate,
      encryptedKey: privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: password }),
      number: parseCertificate(certificate).number as string,
    };
  }
}

/** Both live for thirty years: renewing an authority for tests would be work for nobody's good. */
async function createAuthority(boxes: SealedBoxes, clock: Clock): Promise<StoredAuthority> {
  const [ca, pac] = await Promise.all([generateKeys(), generateKeys()]);
  const now = clock.now().getTime();
  const period = { notBefore: new Date(now - yearMs), notAfter: new Date(now + 30 * yearMs) };
  const issuer = { name: authorityName, privateKey: ca.privateKey };
  const pacSubject = csdSubject({
    rfc: sandboxProviderRfc,
    legalName: 'PAC Sandbox Timbrel',
    branch: 'Sin validez fiscal',
  });
  const [caCertificate, pacCertificate] = await Promise.all([
    issueCertificate({ subject: authorityName, publicKey: ca.publicKey, ...period, authority: true }, issuer),
    issueCertificate({ subject: pacSubject, publicKey: pac.publicKey, ...period, authority: false }, issuer),
  ]);
  return {
    caCertificate,
    caKeyBox: sealKey(boxes, ca.privateKey, 'ca'),
    pacCertificate,
    pacKeyBox: sealKey(boxes, pac.privateKey, 'pac'),
  };
}

function generateKeys(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return generateKeyPairAsync('rsa', { modulusLength: 2048 });
}

/**
 * The subject as SAT writes it. A legal entity (an RFC of 12 characters) has a representative behind a " / ": here
 * SAT's generic RFC and its CURP, which belong to nobody.
 */
function csdSubject({ rfc, legalName, branch }: { rfc: string; legalName: string; branch: string }): NameAttribute[] {
  const representative = [...rfc].length === 12;
  return [
    [nameOids.commonName, legalName],
    [nameOids.name, legalName],
    [nameOids.organization, legalName],
    [nameOids.x500UniqueIdentifier, representative ? `${rfc} / XAXX010101000` : rfc],
    [nameOids.serialNumber, representative ? ' / XAXX010101HNEXXXA4' : 'XAXX010101HNEXXXA4'],
    [nameOids.organizationalUnit, branch],
  ];
}

function sealKey(boxes: SealedBoxes, privateKey: KeyObject, key: 'ca' | 'pac'): Buffer {
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  try {
    return boxes.seal(der, boxContext(key));
  } finally {
    der.fill(0);
  }
}

function openBox(boxes: SealedBoxes, box: Uint8Array, key: 'ca' | 'pac'): KeyObject {
  const der = boxes.open(box, boxContext(key));
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}
