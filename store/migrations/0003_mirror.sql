-- The mirror: a sealed copy of each office. version rises with every change of its rows; what lies below
-- forgotten has lost its removed rows. as_of is Sikka's word for the load that was read, read_from our own
-- time (UTC ms) at which that reading began.
CREATE TABLE mirror_offices (
    office TEXT PRIMARY KEY REFERENCES pms_integrations (id),
    layout TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    forgotten BIGINT NOT NULL DEFAULT 0,
    ready BIGINT NOT NULL DEFAULT 0,
    as_of TEXT NOT NULL DEFAULT '',
    read_from BIGINT,
    reconciled_at BIGINT,
    wished_at BIGINT,
    failure TEXT,
    failed_at BIGINT,
    lease_owner TEXT,
    lease_until BIGINT
);

-- How far the reading of one list has come: page is the next one to ask for.
CREATE TABLE mirror_passes (
    office TEXT NOT NULL REFERENCES pms_integrations (id),
    kind TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('loading', 'ready', 'refused')),
    generation BIGINT NOT NULL,
    page BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    as_of TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (office, kind)
);

-- id_key is the keyed hash of the record's id, print that of what is sealed.
CREATE TABLE mirror_rows (
    office TEXT NOT NULL REFERENCES pms_integrations (id),
    kind TEXT NOT NULL,
    id_key TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    print TEXT NOT NULL,
    generation BIGINT NOT NULL,
    version BIGINT NOT NULL,
    gone BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (office, kind, id_key)
);

CREATE INDEX mirror_rows_version ON mirror_rows (office, version);
