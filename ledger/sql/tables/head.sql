-- The last position given out and the moment at or before which nothing more will be recorded. Whoever holds
-- this row is the only one appending: that is what keeps positions without gaps and in the order of commits.
-- `library`: the ledger keeps the events of an application of the eventsourcing library, not children's.
CREATE TABLE head (
    one         boolean     PRIMARY KEY DEFAULT true CHECK (one),
    position    bigint      NOT NULL DEFAULT 0,
    recorded_at timestamptz,
    epoch       integer     NOT NULL DEFAULT 1,
    library     boolean     NOT NULL DEFAULT false
);

INSERT INTO head DEFAULT VALUES;
