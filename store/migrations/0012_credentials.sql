-- The application's own credentials at Sikka, as `chairtime connect` was given them; at most one row. Sealed with them
-- are the root that they are for, so that nobody can send them elsewhere, and the offices that were chosen.
CREATE TABLE credentials (
    id TEXT PRIMARY KEY,
    sealed BYTEA NOT NULL,
    stored_at BIGINT NOT NULL
);
