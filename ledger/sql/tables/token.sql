-- The tokens by which people and programs enter, of which only digests are kept. One with a reason is a session of
-- the console, begun with another token or by password; the reason is why its holder reads files, as the access log has
-- it, and `factor_at` when its holder also showed a second factor. One that is good once lets its holder set a password, and nothing else.
CREATE TABLE token (
    token       uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    member      uuid        NOT NULL REFERENCES member,
    digest      bytea       NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    purpose     text        NOT NULL,
    made_at     timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    revoked_at  timestamptz,
    used_at     timestamptz,
    may_approve boolean     NOT NULL DEFAULT true,
    reason      text,
    begun_with  uuid        REFERENCES token,
    once        boolean     NOT NULL DEFAULT false,
    factor_at   timestamptz,
    CHECK (reason IS NOT NULL OR begun_with IS NULL),
    CHECK (NOT once OR reason IS NULL)
);
CREATE INDEX ON token (member);
