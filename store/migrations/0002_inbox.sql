-- natural_key_given is the key the row was put down with: natural_key is cleared, this never is.
ALTER TABLE pms_writebacks ADD COLUMN natural_key_given TEXT;

ALTER TABLE pms_writebacks ADD COLUMN retry_of TEXT;

ALTER TABLE pms_writebacks ADD COLUMN flagged_at BIGINT;

ALTER TABLE pms_writebacks ADD COLUMN sent_count BIGINT NOT NULL DEFAULT 0;

ALTER TABLE pms_writebacks ADD COLUMN first_look_at BIGINT;

ALTER TABLE pms_writebacks ADD COLUMN looks BIGINT NOT NULL DEFAULT 0;

ALTER TABLE pms_writebacks ADD COLUMN adopted_at BIGINT;

UPDATE pms_writebacks SET natural_key_given = natural_key, sent_count = (
    SELECT COUNT(*) FROM pms_writeback_events AS e
    WHERE e.writeback_id = pms_writebacks.id AND e.to_state = 'sending' AND e.from_state = 'intent'
);

-- Sikka never gives an id twice; a stand-in that was started anew may have.
UPDATE pms_writebacks SET sikka_id = NULL WHERE EXISTS (
    SELECT 1 FROM pms_writebacks AS later
    WHERE later.sikka_id = pms_writebacks.sikka_id AND later.id > pms_writebacks.id
);

CREATE UNIQUE INDEX pms_writebacks_sikka_id ON pms_writebacks (sikka_id) WHERE sikka_id IS NOT NULL;

CREATE INDEX pms_writebacks_waits_for ON pms_writebacks (waits_for);

-- body and note are sealed; owner is the name by which somebody of the office took the task.
CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    office TEXT NOT NULL REFERENCES pms_integrations (id),
    kind TEXT NOT NULL,
    urgency TEXT NOT NULL CHECK (urgency IN ('normal', 'urgent')),
    state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'done')),
    writeback_id TEXT REFERENCES pms_writebacks (id),
    patient_key TEXT,
    body BYTEA NOT NULL,
    owner TEXT,
    note BYTEA,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    acknowledged_at BIGINT,
    done_at BIGINT
);

-- One unfinished task for a write and a kind; tasks of no write are never the same.
CREATE UNIQUE INDEX tasks_unfinished ON tasks (writeback_id, kind) WHERE state <> 'done';

CREATE INDEX tasks_state ON tasks (state, office);
