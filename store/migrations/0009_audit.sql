-- What was done and told in calls, append-only: seq counts an office's entries from 1, seal is the keyed hash
-- over the entry and the seal before it. caller is who was connected, call_key the keyed hash of the call,
-- spoke_as what the caller said to be to the patient, fields the names (never the values) of what was told.
CREATE TABLE audit (
    office TEXT NOT NULL REFERENCES pms_integrations (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('done', 'told')),
    caller TEXT NOT NULL,
    call_key TEXT,
    spoke_as TEXT NOT NULL,
    tool TEXT NOT NULL,
    patient_key TEXT,
    outcome TEXT NOT NULL,
    record TEXT,
    fields TEXT NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (office, seq)
);

-- Patients of whom nothing is to be kept again; patient_key is the keyed hash of the id.
CREATE TABLE forgotten (
    office TEXT NOT NULL REFERENCES pms_integrations (id),
    patient_key TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (office, patient_key)
);

-- When what a write said was taken out of its row; then nothing leads to the row but its id.
ALTER TABLE pms_writebacks ADD COLUMN blanked_at BIGINT;
