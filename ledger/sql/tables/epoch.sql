-- The epochs begun after entries were lost, as when an older backup was restored: positions after `began_after`
-- were given out before, to entries that are no longer there, and mean other entries now. `last_seen` is what said
-- so, as it stood outside the database: the last position of the time before, its hash and the key file's stamp;
-- null where there was none. A ledger's first epoch has no row.
CREATE TABLE epoch (
    epoch       integer     PRIMARY KEY CHECK (epoch > 1),
    began_after bigint      NOT NULL CHECK (began_after >= 0),
    last_seen   text,
    at          timestamptz NOT NULL
);
