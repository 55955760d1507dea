-- The read models' generations. The tables of all read models of one version of rules, code and tables stand in a
-- schema of their own, `<ledger>_views_<number>`, so that a new one is made and filled beside the one that is read.
-- Making and dropping them is the owner's; filling them and following the ledger is the reader's.

-- While a generation is built its files are written in the order of their ids, part by part: `walked` is behind all of
-- them once they are, and `position` the ledger's when that began. Later `position` is up to which entry they are
-- written. It is read from once `built_at` says so. What was known at earlier positions is written behind that:
-- `known_walked` and `known_position` are to it what `walked` and `position` are to what is known now.
CREATE TABLE generation (
    number   integer     PRIMARY KEY,
    version  text        NOT NULL,
    shape    text        NOT NULL,
    models   text[]      NOT NULL,
    made_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    walked   uuid,
    position bigint      NOT NULL DEFAULT 0,
    built_at timestamptz,
    known_walked   uuid,
    known_position bigint NOT NULL DEFAULT 0
);

-- The parts in which the files of a generation are written first, so that several processes write at once: the files
-- up to `through`, of which `walked` is the last that is written. Whoever writes some of them holds the lock of the row.
CREATE TABLE walked_part (
    generation integer NOT NULL REFERENCES generation ON DELETE CASCADE,
    known      boolean NOT NULL,
    through    uuid    NOT NULL,
    walked     uuid    NOT NULL,
    PRIMARY KEY (generation, known, through)
);
