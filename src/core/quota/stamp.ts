/** What a stamp is asked for with: who asks, under which key, and which document it is. */
export interface StampClaim {
  customerId: string;
  accountId: string;
  /** The account's environment. */
  environment: 'sandbox' | 'production';
  /** `stamp`; a key belongs to its account and operation. */
  operation: string;
  /** 1 to 255 visible ASCII characters, or null: then the document alone guards the retry. */
  idempotencyKey: string | null;
  /** SHA-256 of issuer RFC and original string, 32 bytes. */
  fingerprint: Uint8Array;
  /** SHA-256 of what the original string does not tell apart, 32 bytes. */
  attributesDigest: Uint8Array;
  /** SHA-256 of the bytes as they came, 32 bytes. */
  contentDigest: Uint8Array;
}

/** What a certified document says and what it consists of. Every text as written, without U+0000. */
export interface CertifiedDocument {
  documentKind: string;
  series: string | null;
  folio: string | null;
  issuerRfc: string;
  receiverRfc: string;
  receiverName: string | null;
  currency: string;
  total: string;
  /** Fecha: local time of the place of issue. */
  fiscalIssuedAt: string;
  /** Name of the certifier that gave the stamp. */
  certifier: string;
  uuid: string;
  /** FechaTimbrado: local time of Mexico City. */
  fiscalStampedAt: string;
  certifierRfc: string;
  certifierSerial: string;
  /** The bytes as they came. */
  xml: Uint8Array;
  /** What goes into them at `tfdOffset`, in place of `tfdReplaces` bytes. */
  tfd: string;
  tfdOffset: number;
  tfdReplaces: number;
}

/** A certified document that wants its stamp. */
export interface StampRequest extends StampClaim, CertifiedDocument {
  /** Public id of the credential that asks. */
  actor: string;
}

/** A posted stamp with its document. */
export interface Stamp extends StampRequest {
  id: string;
  createdAt: Date;
}

/** A stamp, given now or earlier. */
export interface StampResult {
  /** `replayed`: it was there before, and this request was not charged. */
  outcome: 'stamped' | 'replayed';
  stamp: Stamp;
  /** Whether the bytes asked for are the bytes that were stamped; false where they differ in an Addenda, for example. */
  identical: boolean;
  /** Balance of the asking account after it. */
  available: bigint;
}
