-- The tokens by which people and programs enter, of which only digests are kept. One with a reason is a session of
-- the console, begun with another token; the reason is why its holder reads files, as the access log has it.
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
    CHECK ((reason IS NULL) = (begun_with IS NULL))
);
CREATE INDEX ON token (member);
