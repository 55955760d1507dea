-- The read models' generations. The tables of all read models of one version of rules, code and tables stand in a
-- schema of their own, `<ledger>_views_<number>`, so that a new one is made and filled beside the one that is read.
-- Making and dropping them is the owner's; filling them and following the ledger is the reader's.

-- While a generation is built its files are written in the order of their ids: `through` is the ledger's position
-- when that began, `walked` the last file that is written. It is read from once `built_at` says so.
CREATE TABLE generation (
    number   integer     PRIMARY KEY,
    version  text        NOT NULL,
    shape    text        NOT NULL,
    made_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    through  bigint,
    walked   uuid,
    built_at timestamptz
);

-- Up to which entry each read model of a generation is written. One that can not go on is stopped: by which error,
-- in its class's name alone, and since when.
CREATE TABLE read_model (
    generation integer NOT NULL REFERENCES generation ON DELETE CASCADE,
    model      text    NOT NULL,
    position   bigint  NOT NULL DEFAULT 0,
    stopped_by text,
    stopped_at timestamptz,
    PRIMARY KEY (generation, model)
);

GRANT SELECT ON generation, read_model TO :"reader";
GRANT UPDATE (through, walked, built_at) ON generation TO :"reader";
GRANT UPDATE (position, stopped_by, stopped_at) ON read_model TO :"reader";

-- What stood in the ledger's own schema before.
DROP TABLE IF EXISTS projection, register, obligations, readiness, findings, spans;
DELETE FROM migration WHERE name LIKE 'projections.%';
