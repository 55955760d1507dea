-- The last position given out in the log of accesses. Whoever advances this row is the only one noting.
CREATE TABLE access_head (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint  NOT NULL DEFAULT 0
);

INSERT INTO access_head DEFAULT VALUES;
-- Who read what is personal of which file, at positions 1..n without gaps. Lines are added by `note_accesses` alone, and
-- nobody who serves requests may change or remove one. `reason` is why, as it was stated, null where nobody stated any.
-- `known` is the position as known at which the whole file was read, null where it was told of in part. `emergency`
-- is the entry by which somebody took an emergency access, where it was read under one. `salt` is random: without it the
-- hash of the line, which its leaf in the log holds, tells nothing.
CREATE TABLE access (
    position    bigint      PRIMARY KEY CHECK (position > 0),
    at          timestamptz NOT NULL,
    request     text        NOT NULL,
    member      uuid        NOT NULL,
    role        text        NOT NULL,
    institution uuid,
    child       uuid        NOT NULL,
    categories  text[]      NOT NULL,
    purpose     text        NOT NULL,
    known       bigint,
    reason      text,
    emergency   uuid,
    salt        bytea       NOT NULL CHECK (length(salt) = 16)
);
CREATE INDEX ON access (child, position);
CREATE INDEX ON access (child, member, known) WHERE known IS NOT NULL;
CREATE INDEX ON access (member, position) WHERE known IS NOT NULL;
