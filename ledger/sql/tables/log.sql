-- The transparency log of the entries, one for each epoch: leaf n is the entry at position n + 1. `size` is how many
-- leaves its tree has, `note` the last checkpoint that it signed, null before the first.
CREATE TABLE log (
    epoch  integer PRIMARY KEY CHECK (epoch > 0),
    origin text    NOT NULL UNIQUE,
    size   bigint  NOT NULL DEFAULT 0 CHECK (size >= 0),
    note   text
);
-- The tiles of the tree, 256 hashes each, and at level -1 its leaves in bundles of 256; only the last of a level grows.
CREATE TABLE log_tile (
    epoch   integer  NOT NULL REFERENCES log,
    level   smallint NOT NULL,
    number  bigint   NOT NULL,
    content bytea    NOT NULL,
    PRIMARY KEY (epoch, level, number)
);
