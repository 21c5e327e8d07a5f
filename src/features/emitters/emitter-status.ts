import { groupReads } from '../../platform/db/batch.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';

/** Whether an account may stamp for an issuer. */
export type EmitterStatus = 'active' | 'suspended' | 'not_enabled';

/** A stamping account and its customer (UUIDs). */
interface AccountOfCustomer {
  readonly accountId: string;
  readonly customerId: string;
}

/** Answers, while documents are being stamped, whether an account may stamp for their issuer. */
export class EmitterDirectory {
  readonly #read: (key: string) => Promise<EmitterStatus | undefined>;

  /** Callers at the same time share one query; nothing is cached, so a suspension works from its commit on. */
  constructor(uow: UnitOfWork) {
    this.#read = groupReads(async (keys) => {
      const asked = keys.map((key) => key.split(' '));
      const [customers, accounts, rfcs] = [0, 1, 2].map((at) => asked.map((parts) => parts[at]));
      const rows = await uow.read(
        (tx) => tx.$queryRaw<{ key: string; status: EmitterStatus }[]>`
          SELECT concat_ws(' ', asked.customer, asked.account, asked.rfc) AS key, emitter.status
            FROM unnest(${customers}::uuid[], ${accounts}::uuid[], ${rfcs}::text[]) AS asked (customer, account, rfc)
            JOIN emitter ON emitter.customer_id = asked.customer AND emitter.rfc = asked.rfc
            JOIN emitter_account AS enabled ON enabled.customer_id = asked.customer
             AND enabled.account_id = asked.account AND enabled.emitter_id = emitter.id`,
      );
      return new Map(rows.map(({ key, status }) => [key, status]));
    });
  }

  /** Whether the account may stamp documents of this issuer (RFC). */
  async statusOf({ customerId, accountId }: AccountOfCustomer, issuerRfc: string): Promise<EmitterStatus> {
    return (await this.#read(`${customerId} ${accountId} ${issuerRfc}`)) ?? 'not_enabled';
  }
}
