-- A time that is being offered in a call. resource is a chair, or one of the places a provider has for visits at
-- a time; a cell is five minutes of the office's own clock, counted from midnight; offer tells one time from
-- another of the same holder. Nothing in it is a patient's.
CREATE TABLE holds (
    office TEXT NOT NULL REFERENCES pms_integrations (id),
    resource TEXT NOT NULL,
    date TEXT NOT NULL,
    cell BIGINT NOT NULL,
    holder TEXT NOT NULL,
    offer TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    held_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (office, resource, date, cell)
);

CREATE INDEX holds_holder ON holds (office, holder);

CREATE INDEX holds_expires ON holds (expires_at);
