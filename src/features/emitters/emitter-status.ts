import { groupReads } from '../../platform/db/batch.js';
import { Prisma } from '../../platform/db/generated/client.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';

/** Whether an account may stamp for an issuer. */
export type EmitterStatus = 'active' | 'suspended' | 'not_enabled';

/**
 * A look-up for stamping: may this account (UUID) stamp documents of this issuer (RFC)? Callers at the same time share
 * one query; nothing is cached, so a suspension works from its commit on.
 */
export function emitterStatuses(uow: UnitOfWork): (accountId: string, issuerRfc: string) => Promise<EmitterStatus> {
  const read = groupReads<string, EmitterStatus>(async (keys) => {
    const asked = keys.map((key) => key.split(' '));
    const [accounts, rfcs] = [0, 1].map((at) => asked.map((parts) => parts[at]));
    const rows = await uow.query<{ key: string; status: EmitterStatus }>(Prisma.sql`
        SELECT concat_ws(' ', asked.account, asked.rfc) AS key, emitter.status
          FROM unnest(${accounts}::uuid[], ${rfcs}::text[]) AS asked (account, rfc)
          JOIN stamping_account ON stamping_account.id = asked.account
          JOIN emitter ON emitter.customer_id = stamping_account.customer_id AND emitter.rfc = asked.rfc
          JOIN emitter_account AS enabled ON enabled.customer_id = emitter.customer_id
           AND enabled.account_id = asked.account AND enabled.emitter_id = emitter.id`);
    return new Map(rows.map(({ key, status }) => [key, status]));
  });
  return async (accountId, issuerRfc) => (await read(`${accountId} ${issuerRfc}`)) ?? 'not_enabled';
}
