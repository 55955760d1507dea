-- The transparency logs, one of each kind for each epoch: leaf n of `entry` is the entry at position n + 1, leaf n of
-- `access` the access at position n + 1. `size` is how many leaves its tree has, `note` the last checkpoint that it
-- signed and `signed_at` when, both null before the first.
CREATE TABLE log (
    leaves    text        NOT NULL CHECK (leaves IN ('entry', 'access')),
    epoch     integer     NOT NULL CHECK (epoch > 0),
    origin    text        NOT NULL UNIQUE,
    size      bigint      NOT NULL DEFAULT 0 CHECK (size >= 0),
    note      text,
    signed_at timestamptz,
    PRIMARY KEY (leaves, epoch)
);
-- The tiles of the trees, 256 hashes each, and at level -1 the leaves in bundles of 256; only the last of a level grows.
CREATE TABLE log_tile (
    leaves  text     NOT NULL,
    epoch   integer  NOT NULL,
    level   smallint NOT NULL,
    number  bigint   NOT NULL,
    content bytea    NOT NULL,
    PRIMARY KEY (leaves, epoch, level, number),
    FOREIGN KEY (leaves, epoch) REFERENCES log
);
