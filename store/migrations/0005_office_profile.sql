-- What an office's people have said may be offered, as a sealed document, and whether all of it is paused.
-- An office that was paused before anything was applied has a row without a document, of version 0.
CREATE TABLE office_profiles (
    office TEXT PRIMARY KEY REFERENCES pms_integrations (id),
    version BIGINT NOT NULL DEFAULT 0,
    document BYTEA,
    applied_at BIGINT,
    applied_by TEXT,
    paused_at BIGINT,
    paused_by TEXT
);

-- scope_key is the keyed hash of the call in which a task was opened.
ALTER TABLE tasks ADD COLUMN scope_key TEXT;

CREATE INDEX tasks_scope ON tasks (office, scope_key) WHERE scope_key IS NOT NULL;
