-- The stamping-quota engine's statements. src/core/quota/README.md has the invariants, states and crash points.

-- Where the server has lz4, it compresses a document to the same size for a third of the time. Later partitions inherit it.
DO $$ BEGIN
  ALTER TABLE "stamp_document" ALTER COLUMN "xml" SET COMPRESSION lz4, ALTER COLUMN "tfd" SET COMPRESSION lz4;
  ALTER TABLE "stamp_document_default" ALTER COLUMN "xml" SET COMPRESSION lz4, ALTER COLUMN "tfd" SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  NULL; -- The default, pglz, does.
END $$;

-- The earlier stamp that a request means, and what it means for the request: the one rule of "the same document".
-- No row: nothing earlier is known. A key is asked before the document, and belongs to its account and operation.
-- Plain SQL, so that the planner puts it in line at both of its callers.
CREATE FUNCTION "quota_earlier"(
  p_customer uuid, p_account uuid, p_environment text, p_operation text, p_key text, p_fingerprint bytea, p_attributes bytea
) RETURNS TABLE ("id" uuid, "verdict" text) LANGUAGE sql STABLE AS $$
  SELECT e.id, CASE
      WHEN e.rank = 1 AND (e.fingerprint <> p_fingerprint OR e.attributes_digest <> p_attributes) THEN 'idempotency_key_reused'
      WHEN e.customer_id <> p_customer THEN 'stamped_elsewhere'
      WHEN e.attributes_digest <> p_attributes THEN 'same_seal_other_document'
      WHEN e.state <> 'posted' THEN 'request_in_progress'
      ELSE 'replayed' END
  FROM (
    SELECT 1 AS rank, k.id, k.customer_id, k.fingerprint, k.attributes_digest, k.state FROM stamp k
    WHERE k.account_id = p_account AND k.operation = p_operation AND k.idempotency_key = p_key AND k.state <> 'released'
    UNION ALL
    SELECT 2, d.id, d.customer_id, d.fingerprint, d.attributes_digest, d.state FROM stamp d
    WHERE d.environment = p_environment AND d.fingerprint = p_fingerprint AND d.state <> 'released'
  ) e
  ORDER BY e.rank LIMIT 1
$$;

-- One batch of one account's lane, in one commit. A row comes back for every request, `n` as given:
--   stamped    posted here and now
--   replayed   the stamp `id` was there before; nothing was written
--   again      undecided: an earlier request of this batch has the same key or document, or another account's lane won
--              the document in this very moment. Ask again: the table knows then. The first of a batch's undecided
--              requests is always decided by the next call, so asking again ends.
--   otherwise  the code of the refusal; nothing was written for it
-- `available` is the balance after that request.
--
-- p_requests is a JSON array of objects (see "asked") as UTF-8; p_documents holds the bytes of each document and its TFD,
-- end to end.
--
-- The settings make plans independent of when they were made: a plan of an empty table would read it whole for ever.
-- An account's lock is held for milliseconds; who does not get it in 2 s is told to come back.
CREATE FUNCTION "quota_commit_stamps"(p_account uuid, p_now timestamptz, p_requests bytea, p_documents bytea)
RETURNS TABLE ("n" integer, "outcome" text, "id" uuid, "available" bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off SET lock_timeout = '2s' AS $$
#variable_conflict use_column
DECLARE
  v_ledger ledger_account%ROWTYPE;
  v_account stamping_account%ROWTYPE;
BEGIN
  -- The lock first, alone: every statement after it sees what the account's last commit left.
  SELECT * INTO STRICT v_ledger FROM ledger_account l WHERE l.id = p_account FOR UPDATE;
  SELECT * INTO STRICT v_account FROM stamping_account s WHERE s.id = p_account;

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT r.*,
      min(r.n) OVER (PARTITION BY r.operation, r.idempotency_key, CASE WHEN r.idempotency_key IS NULL THEN r.n END) AS first_of_key,
      min(r.n) OVER (PARTITION BY r.fingerprint) AS first_of_document
    FROM jsonb_to_recordset(convert_from(p_requests, 'UTF8')::jsonb) AS r(
      n integer, id uuid, event_id uuid, subject text, operation text, idempotency_key text, fingerprint bytea,
      attributes_digest bytea, content_digest bytea, certifier text, actor text, document_kind text, series text, folio text,
      issuer_rfc text, receiver_rfc text, receiver_name text, currency text, total text, fiscal_issued_at text, uuid text,
      fiscal_stamped_at text, certifier_rfc text, certifier_serial text, tfd_offset integer, tfd_replaces integer, xml_start integer,
      xml_length integer, tfd_length integer)
  ), judged AS MATERIALIZED (
    SELECT a.n, a.id, a.first_of_key, a.first_of_document, e.id AS earlier_id, coalesce(e.verdict, CASE
        WHEN v_account.status <> 'active' THEN 'account_blocked'
        WHEN a.first_of_key < a.n OR a.first_of_document < a.n THEN 'again'
        ELSE 'post' END) AS verdict
    FROM asked a LEFT JOIN LATERAL quota_earlier(v_account.customer_id, p_account, v_account.environment, a.operation,
      a.idempotency_key, a.fingerprint, a.attributes_digest) e ON true
  ), ruled AS MATERIALIZED (
    SELECT j.n, j.id, j.earlier_id, CASE
        WHEN j.verdict = 'post' AND count(*) FILTER (WHERE j.verdict = 'post') OVER (ORDER BY j.n) > v_ledger.available
        THEN 'insufficient_stamps' ELSE j.verdict END AS verdict
    FROM judged j
  ), inserted AS (
    -- In the order of fingerprints: lanes of several accounts meet in this index only, and in one order they cannot deadlock.
    INSERT INTO stamp (id, customer_id, account_id, environment, state, operation, idempotency_key, fingerprint,
      attributes_digest, content_digest, certifier, created_at, settled_at, actor, document_kind, series, folio, issuer_rfc,
      receiver_rfc, receiver_name, currency, total, fiscal_issued_at, uuid, fiscal_stamped_at, certifier_rfc, certifier_serial)
    SELECT a.id, v_account.customer_id, p_account, v_account.environment, 'posted', a.operation, a.idempotency_key, a.fingerprint,
      a.attributes_digest, a.content_digest, a.certifier, p_now, p_now, a.actor, a.document_kind, a.series, a.folio, a.issuer_rfc,
      a.receiver_rfc, a.receiver_name, a.currency, a.total, a.fiscal_issued_at, a.uuid, a.fiscal_stamped_at, a.certifier_rfc,
      a.certifier_serial
    FROM asked a JOIN ruled r ON r.n = a.n WHERE r.verdict = 'post' ORDER BY a.fingerprint
    ON CONFLICT (environment, fingerprint) WHERE state <> 'released' DO NOTHING
    RETURNING stamp.id
  ), won AS MATERIALIZED (
    SELECT a.*, row_number() OVER (ORDER BY a.n) AS nth FROM asked a JOIN inserted i ON i.id = a.id
  ), total AS (
    SELECT count(*) AS won, count(*) < (SELECT count(*) FROM ruled r WHERE r.verdict = 'post') AS lost_some FROM won
  ), document AS (
    INSERT INTO stamp_document (stamp_id, created_at, customer_id, xml, tfd, tfd_offset, tfd_replaces)
    SELECT w.id, p_now, v_account.customer_id, substring(p_documents FROM w.xml_start + 1 FOR w.xml_length),
      convert_from(substring(p_documents FROM w.xml_start + w.xml_length + 1 FOR w.tfd_length), 'UTF8'), w.tfd_offset,
      w.tfd_replaces
    FROM won w
  ), entry AS (
    INSERT INTO ledger_entry (account_id, seq, customer_id, created_at, transfer_id, kind, available_delta, reserved_delta,
      consumed_delta, inflow_delta)
    SELECT p_account, v_ledger.seq + w.nth, v_account.customer_id, p_now, w.id, 'stamp', -1, 0, 1, 0 FROM won w
  ), happened AS (
    INSERT INTO event (id, created_at, customer_id, environment, type, subject, actor, data)
    SELECT w.event_id, p_now, v_account.customer_id, v_account.environment, 'stamp.posted', w.subject, w.actor,
      jsonb_build_object('uuid', w.uuid, 'issuer_rfc', w.issuer_rfc)
    FROM won w
  ), counter AS (
    INSERT INTO consumption_counter AS c (account_id, day, issuer_rfc, document_kind, result, customer_id, environment, count)
    SELECT p_account, (p_now AT TIME ZONE 'America/Mexico_City')::date, w.issuer_rfc, w.document_kind, 'stamped',
      v_account.customer_id, v_account.environment, count(*)
    FROM won w GROUP BY w.issuer_rfc, w.document_kind
    ON CONFLICT (account_id, day, issuer_rfc, document_kind, result) DO UPDATE SET count = c.count + excluded.count
  ), balance AS (
    UPDATE ledger_account l SET available = l.available - t.won, consumed = l.consumed + t.won, seq = l.seq + t.won
    FROM total t WHERE l.id = p_account AND t.won > 0
  )
  SELECT r.n, CASE
      WHEN r.verdict = 'post' THEN CASE WHEN w.n IS NULL THEN 'again' ELSE 'stamped' END
      WHEN r.verdict = 'insufficient_stamps' AND t.lost_some THEN 'again'
      ELSE r.verdict END,
    coalesce(r.earlier_id, r.id),
    v_ledger.available - coalesce(w.nth, t.won)
  FROM ruled r CROSS JOIN total t LEFT JOIN won w ON w.n = r.n
  ORDER BY r.n;
END $$;

-- The look-up that comes first: for each question the earlier stamp with its document, when the caller may have it
-- (`verdict` replayed), or the code of the refusal. No row for a question: nothing earlier is known.
-- p_questions is a JSON array of objects (see "q") as UTF-8.
CREATE FUNCTION "quota_find_earlier"(p_questions bytea) RETURNS TABLE (
  "n" integer, "verdict" text, "available" bigint, "id" uuid, "customer_id" uuid, "account_id" uuid, "environment" text,
  "operation" text, "idempotency_key" text, "fingerprint" bytea, "attributes_digest" bytea, "content_digest" bytea,
  "certifier" text, "created_at" timestamptz, "actor" text, "document_kind" text, "series" text, "folio" text,
  "issuer_rfc" text, "receiver_rfc" text, "receiver_name" text, "currency" text, "total" text, "fiscal_issued_at" text,
  "uuid" text, "fiscal_stamped_at" text, "certifier_rfc" text, "certifier_serial" text, "xml" bytea, "tfd" text,
  "tfd_offset" integer, "tfd_replaces" integer
) LANGUAGE plpgsql STABLE SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT q.n, e.verdict, l.available, s.id, s.customer_id, s.account_id, s.environment, s.operation, s.idempotency_key,
    s.fingerprint, s.attributes_digest, s.content_digest, s.certifier, s.created_at, s.actor, s.document_kind, s.series, s.folio,
    s.issuer_rfc, s.receiver_rfc, s.receiver_name, s.currency, s.total, s.fiscal_issued_at, s.uuid, s.fiscal_stamped_at,
    s.certifier_rfc, s.certifier_serial, d.xml, d.tfd, d.tfd_offset, d.tfd_replaces
  FROM jsonb_to_recordset(convert_from(p_questions, 'UTF8')::jsonb) AS q(n integer, customer_id uuid, account_id uuid, environment text, operation text,
    idempotency_key text, fingerprint bytea, attributes_digest bytea)
  CROSS JOIN LATERAL quota_earlier(q.customer_id, q.account_id, q.environment, q.operation, q.idempotency_key, q.fingerprint,
    q.attributes_digest) e
  LEFT JOIN LATERAL (SELECT * FROM stamp f WHERE f.id = e.id AND e.verdict = 'replayed' LIMIT 1) s ON true
  LEFT JOIN LATERAL (
    SELECT * FROM stamp_document f WHERE f.stamp_id = s.id AND f.created_at = s.created_at LIMIT 1
  ) d ON true
  LEFT JOIN LATERAL (SELECT f.available FROM ledger_account f WHERE f.id = q.account_id LIMIT 1) l ON true;
END $$;
