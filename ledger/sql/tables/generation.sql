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
