-- A try at being recognised that did not come off, once for each of what it counts against: the call, the number
-- it comes from, the patient it was aimed at, the office. All are keyed hashes; nothing in it is a patient's.
CREATE TABLE attempts (
    office TEXT NOT NULL REFERENCES pms_integrations (id),
    counter TEXT NOT NULL,
    attempt TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (office, counter, attempt)
);

CREATE INDEX attempts_expires ON attempts (expires_at);
