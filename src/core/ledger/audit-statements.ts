/** The audit's SQL. Each check takes a page of account ids and returns account_id, field, stored and recomputed where they differ. */

/** Accounts after an id, in the order of their ids. */
export const nextAccounts = 'SELECT id FROM ledger_account WHERE id > $1::uuid ORDER BY id LIMIT $2';

/** What was granted to customers is what the platform's accounts gave: all inflows of a unit and environment add up to zero. */
export const inflowOfAll = `
  SELECT min(id::text) AS account_id, 'inflow_of_all' AS field, 0::text AS stored, sum(inflow)::text AS recomputed
  FROM ledger_account GROUP BY unit, environment HAVING sum(inflow) <> 0`;

/**
 * Each amount is the sum of the account's entries; entries are numbered from 1 without a gap; and no customer's account
 * was below zero after any of them.
 */
const balances = `
  WITH line AS (
    SELECT e.*, sum(available_delta) OVER entries AS available, sum(reserved_delta) OVER entries AS reserved
    FROM ledger_entry e WHERE account_id = ANY($1::uuid[])
    WINDOW entries AS (PARTITION BY account_id ORDER BY seq)
  ), history AS (
    SELECT account_id, sum(available_delta) AS available, sum(reserved_delta) AS reserved, sum(consumed_delta) AS consumed,
      sum(inflow_delta) AS inflow, count(*) AS entries, max(seq) AS last_seq, least(min(available), 0) AS lowest_available,
      least(min(reserved), 0) AS lowest_reserved
    FROM line GROUP BY account_id
  )
  SELECT a.id AS account_id, c.field, c.stored::text, coalesce(c.recomputed, 0)::text AS recomputed
  FROM ledger_account a LEFT JOIN history h ON h.account_id = a.id
  CROSS JOIN LATERAL (VALUES
    ('available', a.available, h.available),
    ('reserved', a.reserved, h.reserved),
    ('consumed', a.consumed, h.consumed),
    ('inflow', a.inflow, h.inflow),
    ('seq', a.seq, h.last_seq),
    ('entries', a.seq, h.entries),
    ('lowest_available', 0, CASE WHEN a.customer_id IS NOT NULL THEN h.lowest_available END),
    ('lowest_reserved', 0, h.lowest_reserved)
  ) AS c(field, stored, recomputed)
  WHERE a.id = ANY($1::uuid[]) AND c.stored <> coalesce(c.recomputed, 0)`;

/** Every transfer did to both of its accounts what its state says. */
const transfers = `
  WITH side AS (
    SELECT from_account_id AS account_id, id, CASE state WHEN 'voided' THEN 0 ELSE -amount END AS available,
      CASE state WHEN 'posted' THEN -amount ELSE 0 END AS inflow
    FROM ledger_transfer WHERE from_account_id = ANY($1::uuid[])
    UNION ALL
    SELECT to_account_id, id, CASE state WHEN 'posted' THEN amount ELSE 0 END, CASE state WHEN 'posted' THEN amount ELSE 0 END
    FROM ledger_transfer WHERE to_account_id = ANY($1::uuid[])
  )
  SELECT s.account_id, c.name || ' of transfer ' || s.id AS field, c.stored::text, coalesce(c.recomputed, 0)::text AS recomputed
  FROM side s
  CROSS JOIN LATERAL (
    SELECT sum(e.available_delta) AS available, sum(e.inflow_delta) AS inflow
    FROM ledger_entry e WHERE e.transfer_id = s.id AND e.account_id = s.account_id
  ) e
  CROSS JOIN LATERAL (VALUES ('available', s.available, e.available), ('inflow', s.inflow, e.inflow)) AS c(name, stored, recomputed)
  WHERE c.stored <> coalesce(c.recomputed, 0)`;

/** A stamping account consumed what was posted, each with its document; what is reserved is held by something. */
const stamps = `
  SELECT a.id AS account_id, c.field, c.stored::text, c.recomputed::text
  FROM ledger_account a JOIN stamping_account s ON s.id = a.id
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE t.state = 'posted') AS posted, count(*) FILTER (WHERE t.state IN ('reserved', 'sent')) AS held,
      count(d.stamp_id) AS documents
    FROM stamp t LEFT JOIN stamp_document d ON d.stamp_id = t.id AND d.created_at = t.created_at WHERE t.account_id = a.id
  ) t
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.amount), 0) AS pending FROM ledger_transfer p WHERE p.from_account_id = a.id AND p.state = 'pending'
  ) p
  CROSS JOIN LATERAL (VALUES
    ('stamps', a.consumed, t.posted),
    ('documents', t.documents, t.posted),
    ('held', a.reserved, t.held + p.pending)
  ) AS c(field, stored, recomputed)
  WHERE a.id = ANY($1::uuid[]) AND c.stored <> c.recomputed`;

/** Counters say how many stamps were posted on each day of Mexico City's calendar. */
const counters = `
  WITH counted AS (
    SELECT account_id, (settled_at AT TIME ZONE 'America/Mexico_City')::date AS day, issuer_rfc, document_kind, count(*) AS count
    FROM stamp WHERE account_id = ANY($1::uuid[]) AND state = 'posted' GROUP BY 1, 2, 3, 4
  ), stored AS (
    SELECT account_id, day, issuer_rfc, document_kind, count
    FROM consumption_counter WHERE account_id = ANY($1::uuid[]) AND result = 'stamped'
  )
  SELECT account_id, concat_ws(' ', 'counter', day, issuer_rfc, document_kind) AS field, coalesce(s.count, 0)::text AS stored,
    coalesce(c.count, 0)::text AS recomputed
  FROM counted c FULL JOIN stored s USING (account_id, day, issuer_rfc, document_kind)
  WHERE coalesce(s.count, 0) <> coalesce(c.count, 0)`;

/** What is checked for every page of accounts. */
export const checks = [balances, transfers, stamps, counters];
