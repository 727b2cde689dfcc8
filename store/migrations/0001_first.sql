-- One blank line between statements, none inside: that is how they are told apart.

CREATE TABLE store_meta (
    name TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE pms_integrations (
    id TEXT PRIMARY KEY,
    office_id TEXT NOT NULL,
    practice_id TEXT NOT NULL,
    practice_name TEXT NOT NULL,
    secret_key BYTEA,
    request_key BYTEA,
    refresh_key BYTEA,
    token_expiry BIGINT,
    token_issued_at BIGINT,
    scope TEXT,
    pms TEXT NOT NULL,
    pms_version TEXT NOT NULL,
    zone_name TEXT NOT NULL,
    as_of TEXT NOT NULL,
    as_of_seen_at BIGINT,
    lease_owner TEXT,
    lease_until BIGINT,
    lease_attempt BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    UNIQUE (office_id, practice_id)
);

-- endpoint, request_body, facts, error_message and created_id are sealed; *_key columns are keyed hashes.
CREATE TABLE pms_writebacks (
    id TEXT PRIMARY KEY,
    pms_integration_id TEXT NOT NULL REFERENCES pms_integrations (id),
    operation TEXT NOT NULL,
    method TEXT NOT NULL,
    endpoint BYTEA NOT NULL,
    request_body BYTEA NOT NULL,
    facts BYTEA NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('pending', 'completed', 'failed')),
    state TEXT NOT NULL,
    reason TEXT,
    error_message BYTEA,
    sikka_id TEXT,
    natural_key TEXT,
    natural_key_until BIGINT,
    patient_key TEXT,
    appointment_key TEXT,
    scope_key TEXT,
    waits_for TEXT,
    wish TEXT,
    follow_up TEXT,
    send_before BIGINT NOT NULL,
    created_id BYTEA,
    submitted_at BIGINT,
    completed_at BIGINT,
    last_checked_at BIGINT,
    check_count BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    shown_at BIGINT,
    said_state TEXT,
    told_state TEXT,
    told_at BIGINT,
    lease_owner TEXT,
    lease_until BIGINT,
    lease_attempt BIGINT NOT NULL DEFAULT 0,
    UNIQUE (pms_integration_id, natural_key)
);

CREATE INDEX pms_writebacks_due ON pms_writebacks (state, due_at);

CREATE INDEX pms_writebacks_scope ON pms_writebacks (pms_integration_id, scope_key);

CREATE INDEX pms_writebacks_patient ON pms_writebacks (pms_integration_id, patient_key);

CREATE INDEX pms_writebacks_appointment ON pms_writebacks (pms_integration_id, appointment_key);

-- A change that is not one of state (a wish) is an event whose from_state is its to_state.
CREATE TABLE pms_writeback_events (
    id TEXT PRIMARY KEY,
    writeback_id TEXT NOT NULL REFERENCES pms_writebacks (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT,
    detail BYTEA,
    UNIQUE (writeback_id, seq)
);

-- id is the keyed hash of the handle; the handle itself is stored nowhere.
CREATE TABLE handles (
    id TEXT PRIMARY KEY,
    office TEXT NOT NULL REFERENCES pms_integrations (id),
    kind TEXT NOT NULL,
    scope_key TEXT,
    payload BYTEA NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX handles_expiry ON handles (expires_at);

CREATE TABLE readbacks (
    office TEXT NOT NULL REFERENCES pms_integrations (id),
    key TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (office, key)
);

CREATE INDEX readbacks_expiry ON readbacks (expires_at);
