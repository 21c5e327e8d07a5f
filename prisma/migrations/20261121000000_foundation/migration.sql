-- NIC: the number that identifies a customer.
CREATE SEQUENCE "customer_nic" START WITH 10000001;

-- CreateTable
CREATE TABLE "profile" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "given_name" TEXT NOT NULL,
    "family_name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "staff" BOOLEAN NOT NULL DEFAULT false,
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "last_login_at" TIMESTAMPTZ(3),

    CONSTRAINT "profile_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "profile_id" UUID NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "rotated_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_for" TEXT,
    "address" TEXT,
    "user_agent" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "login_failure" (
    "login_digest" BYTEA NOT NULL,
    "address_prefix" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "window_started_at" TIMESTAMPTZ(3) NOT NULL,
    "locked_until" TIMESTAMPTZ(3),

    CONSTRAINT "login_failure_pkey" PRIMARY KEY ("login_digest","address_prefix")
);

-- CreateTable
CREATE TABLE "customer" (
    "id" UUID NOT NULL,
    "nic" TEXT NOT NULL DEFAULT nextval('customer_nic')::text,
    "legal_name" TEXT NOT NULL,
    "rfc" TEXT NOT NULL,
    "tax_regime" TEXT NOT NULL,
    "postal_code" TEXT NOT NULL,
    "email" TEXT,
    "distributor_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "customer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "customer_member" (
    "customer_id" UUID NOT NULL,
    "profile_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "customer_member_pkey" PRIMARY KEY ("customer_id","profile_id")
);

-- CreateTable
CREATE TABLE "emitter" (
    "id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "rfc" TEXT NOT NULL,
    "legal_name" TEXT NOT NULL,
    "tax_regime" TEXT NOT NULL,
    "postal_code" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "emitter_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "emitter_account" (
    "customer_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "emitter_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "emitter_account_pkey" PRIMARY KEY ("customer_id","account_id","emitter_id")
);

-- CreateTable
CREATE TABLE "ledger_account" (
    "id" UUID NOT NULL,
    "customer_id" UUID,
    "unit" TEXT NOT NULL,
    "environment" TEXT,
    "available" BIGINT NOT NULL DEFAULT 0,
    "reserved" BIGINT NOT NULL DEFAULT 0,
    "consumed" BIGINT NOT NULL DEFAULT 0,
    "inflow" BIGINT NOT NULL DEFAULT 0,
    "seq" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_transfer" (
    "id" UUID NOT NULL,
    "unit" TEXT NOT NULL,
    "environment" TEXT,
    "kind" TEXT NOT NULL,
    "from_account_id" UUID NOT NULL,
    "to_account_id" UUID NOT NULL,
    "amount" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "ledger_transfer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "account_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "customer_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "transfer_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "available_delta" BIGINT NOT NULL,
    "reserved_delta" BIGINT NOT NULL,
    "consumed_delta" BIGINT NOT NULL,
    "inflow_delta" BIGINT NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("account_id","seq","created_at")
) PARTITION BY RANGE ("created_at");

-- CreateTable
CREATE TABLE "stamping_account" (
    "id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "blocked_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stamping_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "machine_secret" (
    "id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "machine_secret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stamp" (
    "id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "idempotency_key" TEXT,
    "fingerprint" BYTEA NOT NULL,
    "attributes_digest" BYTEA NOT NULL,
    "content_digest" BYTEA NOT NULL,
    "certifier" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "deadline" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),
    "actor" TEXT NOT NULL,
    "document_kind" TEXT NOT NULL,
    "series" TEXT,
    "folio" TEXT,
    "issuer_rfc" TEXT NOT NULL,
    "receiver_rfc" TEXT NOT NULL,
    "receiver_name" TEXT,
    "currency" TEXT NOT NULL,
    "total" TEXT NOT NULL,
    "fiscal_issued_at" TEXT NOT NULL,
    "uuid" TEXT,
    "fiscal_stamped_at" TEXT,
    "certifier_rfc" TEXT,
    "certifier_serial" TEXT,

    CONSTRAINT "stamp_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stamp_document" (
    "stamp_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "customer_id" UUID NOT NULL,
    "xml" BYTEA NOT NULL,
    "tfd" TEXT NOT NULL,
    "tfd_offset" INTEGER NOT NULL,
    "tfd_replaces" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "stamp_document_pkey" PRIMARY KEY ("stamp_id","created_at")
) PARTITION BY RANGE ("created_at");

-- CreateTable
CREATE TABLE "consumption_counter" (
    "account_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "issuer_rfc" TEXT NOT NULL,
    "document_kind" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "customer_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "consumption_counter_pkey" PRIMARY KEY ("account_id","day","issuer_rfc","document_kind","result")
);

-- CreateTable
CREATE TABLE "event" (
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "customer_id" UUID,
    "environment" TEXT,
    "type" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "data" JSONB NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id","created_at")
) PARTITION BY RANGE ("created_at");

-- CreateTable
CREATE TABLE "idempotency_record" (
    "scope" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "body_hmac" BYTEA NOT NULL,
    "status" INTEGER NOT NULL,
    "headers" JSONB NOT NULL,
    "body" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("scope","operation","key")
);

-- CreateTable
CREATE TABLE "sandbox_authority" (
    "id" INTEGER NOT NULL,
    "ca_certificate" BYTEA NOT NULL,
    "ca_key_box" BYTEA NOT NULL,
    "pac_certificate" BYTEA NOT NULL,
    "pac_key_box" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sandbox_authority_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "profile_email_key" ON "profile"("email");

-- CreateIndex
CREATE INDEX "session_profile_id_idx" ON "session"("profile_id");

-- CreateIndex
CREATE UNIQUE INDEX "customer_nic_key" ON "customer"("nic");

-- CreateIndex
CREATE INDEX "customer_distributor_id_idx" ON "customer"("distributor_id");

-- CreateIndex
CREATE INDEX "customer_created_at_id_idx" ON "customer"("created_at", "id");

-- CreateIndex
CREATE INDEX "customer_member_profile_id_idx" ON "customer_member"("profile_id");

-- CreateIndex
CREATE INDEX "emitter_customer_id_created_at_id_idx" ON "emitter"("customer_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "emitter_customer_id_rfc_key" ON "emitter"("customer_id", "rfc");

-- CreateIndex
CREATE INDEX "emitter_account_emitter_id_idx" ON "emitter_account"("emitter_id");

-- CreateIndex
CREATE INDEX "emitter_account_account_id_idx" ON "emitter_account"("account_id");

-- CreateIndex
CREATE INDEX "ledger_account_customer_id_unit_idx" ON "ledger_account"("customer_id", "unit");

-- CreateIndex
CREATE INDEX "ledger_transfer_from_account_id_created_at_id_idx" ON "ledger_transfer"("from_account_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "ledger_transfer_to_account_id_created_at_id_idx" ON "ledger_transfer"("to_account_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "ledger_entry_transfer_id_idx" ON "ledger_entry"("transfer_id");

-- CreateIndex
CREATE INDEX "stamping_account_customer_id_created_at_id_idx" ON "stamping_account"("customer_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "machine_secret_digest_key" ON "machine_secret"("digest");

-- CreateIndex
CREATE INDEX "machine_secret_customer_id_account_id_idx" ON "machine_secret"("customer_id", "account_id");

-- CreateIndex
CREATE INDEX "machine_secret_account_id_idx" ON "machine_secret"("account_id");

-- CreateIndex
CREATE INDEX "stamp_customer_id_created_at_id_idx" ON "stamp"("customer_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "stamp_account_id_created_at_id_idx" ON "stamp"("account_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "stamp_customer_id_issuer_rfc_created_at_id_idx" ON "stamp"("customer_id", "issuer_rfc", "created_at", "id");

-- CreateIndex
CREATE INDEX "consumption_counter_customer_id_environment_day_idx" ON "consumption_counter"("customer_id", "environment", "day");

-- CreateIndex
CREATE INDEX "event_customer_id_created_at_id_idx" ON "event"("customer_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "idempotency_record_expires_at_idx" ON "idempotency_record"("expires_at");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_profile_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profile"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer" ADD CONSTRAINT "customer_distributor_id_fkey" FOREIGN KEY ("distributor_id") REFERENCES "customer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer_member" ADD CONSTRAINT "customer_member_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer_member" ADD CONSTRAINT "customer_member_profile_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "emitter" ADD CONSTRAINT "emitter_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "emitter_account" ADD CONSTRAINT "emitter_account_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "stamping_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "emitter_account" ADD CONSTRAINT "emitter_account_emitter_id_fkey" FOREIGN KEY ("emitter_id") REFERENCES "emitter"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stamping_account" ADD CONSTRAINT "stamping_account_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stamping_account" ADD CONSTRAINT "stamping_account_id_fkey" FOREIGN KEY ("id") REFERENCES "ledger_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "machine_secret" ADD CONSTRAINT "machine_secret_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "stamping_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- ── What Prisma's schema cannot say ─────────────────────────────────────────────────────────────────────────────────

-- Values that a column may have.
ALTER TABLE "profile" ADD CONSTRAINT "profile_status" CHECK ("status" IN ('active', 'disabled')),
  ADD CONSTRAINT "profile_email_lower" CHECK ("email" = lower("email"));
ALTER TABLE "customer_member" ADD CONSTRAINT "customer_member_role"
  CHECK ("role" IN ('owner', 'admin', 'billing', 'operator', 'read_only'));
ALTER TABLE "emitter" ADD CONSTRAINT "emitter_status" CHECK ("status" IN ('active', 'suspended'));
ALTER TABLE "stamping_account"
  ADD CONSTRAINT "stamping_account_environment" CHECK ("environment" IN ('sandbox', 'production')),
  ADD CONSTRAINT "stamping_account_kind" CHECK ("kind" IN ('standard', 'unlimited')),
  ADD CONSTRAINT "stamping_account_status" CHECK ("status" IN ('active', 'blocked'));
ALTER TABLE "machine_secret" ADD CONSTRAINT "machine_secret_environment" CHECK ("environment" IN ('sandbox', 'production'));
ALTER TABLE "sandbox_authority" ADD CONSTRAINT "sandbox_authority_single" CHECK ("id" = 1);

-- The ledger: whatever the code does, an account never holds less than nothing and always adds up. Only the platform's
-- own accounts (no customer) may go below zero: they are where stamps and points come from.
ALTER TABLE "ledger_account"
  ADD CONSTRAINT "ledger_account_unit" CHECK ("unit" IN ('stamp', 'centipoint')),
  ADD CONSTRAINT "ledger_account_environment" CHECK (("unit" = 'stamp') = ("environment" IS NOT NULL)),
  ADD CONSTRAINT "ledger_account_available" CHECK ("available" >= 0 OR "customer_id" IS NULL),
  ADD CONSTRAINT "ledger_account_reserved" CHECK ("reserved" >= 0),
  ADD CONSTRAINT "ledger_account_consumed" CHECK ("consumed" >= 0),
  ADD CONSTRAINT "ledger_account_adds_up" CHECK ("available" + "reserved" + "consumed" = "inflow");
ALTER TABLE "ledger_transfer"
  ADD CONSTRAINT "ledger_transfer_amount" CHECK ("amount" > 0),
  ADD CONSTRAINT "ledger_transfer_between" CHECK ("from_account_id" <> "to_account_id"),
  ADD CONSTRAINT "ledger_transfer_state" CHECK ("state" IN ('pending', 'posted', 'voided')),
  ADD CONSTRAINT "ledger_transfer_settled" CHECK (("state" = 'pending') = ("settled_at" IS NULL));
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_adds_up"
  CHECK ("available_delta" + "reserved_delta" + "consumed_delta" = "inflow_delta");
ALTER TABLE "consumption_counter" ADD CONSTRAINT "consumption_counter_count" CHECK ("count" > 0);

-- One document, one stamp, on the whole platform; one key, one outcome. What was released may be tried again.
ALTER TABLE "stamp"
  ADD CONSTRAINT "stamp_environment" CHECK ("environment" IN ('sandbox', 'production')),
  ADD CONSTRAINT "stamp_state" CHECK ("state" IN ('reserved', 'sent', 'posted', 'released')),
  ADD CONSTRAINT "stamp_posted" CHECK ("state" <> 'posted' OR ("uuid" IS NOT NULL AND "fiscal_stamped_at" IS NOT NULL AND "settled_at" IS NOT NULL)),
  ADD CONSTRAINT "stamp_sent" CHECK ("state" <> 'sent' OR "sent_at" IS NOT NULL);
CREATE UNIQUE INDEX "stamp_fingerprint" ON "stamp" ("environment", "fingerprint") WHERE "state" <> 'released';
CREATE UNIQUE INDEX "stamp_idempotency" ON "stamp" ("account_id", "operation", "idempotency_key")
  WHERE "idempotency_key" IS NOT NULL AND "state" <> 'released';
CREATE UNIQUE INDEX "stamp_uuid" ON "stamp" ("environment", "uuid") WHERE "uuid" IS NOT NULL;

-- History is written once.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "ledger_entry_append_only" BEFORE UPDATE OR DELETE ON "ledger_entry"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "event_append_only" BEFORE UPDATE OR DELETE ON "event"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

-- Documents, entries and events are partitioned by month (UTC). The default partition is the safety net: a stamp is not
-- refused because a partition is missing. A month that already has rows there stays there.
CREATE TABLE "ledger_entry_default" PARTITION OF "ledger_entry" DEFAULT;
CREATE TABLE "stamp_document_default" PARTITION OF "stamp_document" DEFAULT;
CREATE TABLE "event_default" PARTITION OF "event" DEFAULT;

-- Makes the partitions of `months` months from that of `first` on; those that exist are left alone. Returns how many it made.
CREATE FUNCTION "timbrel_ensure_partitions"("first" date, "months" integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  parent text;
  starts timestamp;
  made integer := 0;
  occupied boolean;
BEGIN
  FOREACH parent IN ARRAY ARRAY['ledger_entry', 'stamp_document', 'event'] LOOP
    FOR i IN 0 .. "months" - 1 LOOP
      starts := date_trunc('month', "first"::timestamp) + make_interval(months => i);
      CONTINUE WHEN to_regclass(format('%I', parent || to_char(starts, '"_"YYYY_MM'))) IS NOT NULL;
      EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE created_at >= %L AND created_at < %L)', parent || '_default',
        starts || 'Z', (starts + interval '1 month') || 'Z') INTO occupied;
      CONTINUE WHEN occupied;
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', parent || to_char(starts, '"_"YYYY_MM'),
        parent, starts || 'Z', (starts + interval '1 month') || 'Z');
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;

-- The platform's own accounts: where grants of stamps come from, one for each environment.
INSERT INTO "ledger_account" ("id", "unit", "environment", "created_at") VALUES
  ('00000000-0000-7000-8000-000000000001', 'stamp', 'sandbox', now()),
  ('00000000-0000-7000-8000-000000000002', 'stamp', 'production', now()),
  ('00000000-0000-7000-8000-000000000003', 'centipoint', NULL, now());
