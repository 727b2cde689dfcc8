-- Tokens for small installations, which have no issuer of their own. A token itself is nowhere: hash is a keyed one.
-- A revoked token's row stays, so that a server whose last token was revoked is not open again.
CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    offices TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
