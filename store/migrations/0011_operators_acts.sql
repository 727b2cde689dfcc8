-- What operators do is in the audit too, and some of it is of no office (a token, a key). The entries of that
-- have an empty office, so the table is made anew without the reference to one.
CREATE TABLE audit_anew (
    office TEXT NOT NULL,
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

INSERT INTO audit_anew (office, seq, at, step, caller, call_key, spoke_as, tool, patient_key, outcome, record, fields, seal)
SELECT office, seq, at, step, caller, call_key, spoke_as, tool, patient_key, outcome, record, fields, seal FROM audit;

DROP TABLE audit;

ALTER TABLE audit_anew RENAME TO audit;

-- By this it is found what the caller of a call last said to be.
CREATE INDEX audit_spoke_as ON audit (office, call_key, seq) WHERE spoke_as <> '';
