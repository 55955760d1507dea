-- An import of the last day: whose it is, and the wrapped key of what is kept of it on disk. With the row the key is gone,
-- and nobody opens the bytes any more.
CREATE TABLE import_job (
    job         uuid        PRIMARY KEY,
    number      bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    institution uuid        NOT NULL,
    starter     uuid        NOT NULL,
    sees        text[]      NOT NULL,
    dry_run     boolean     NOT NULL,
    bytes       bigint      NOT NULL,
    begun_at    timestamptz NOT NULL,
    state       text        NOT NULL,
    progress    real        NOT NULL,
    seen_at     timestamptz NOT NULL,
    key         bytea       NOT NULL
);
CREATE INDEX ON import_job (institution, number);
CREATE INDEX ON import_job (begun_at);
