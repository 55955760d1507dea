-- What speaks against each file, as known now, with the days on which it does. Of what rests on a category that is
-- sealed wholly only days stand here: all else is in `sealed`, and keyed hashes in `rule` and `kind`.

-- name: table
CREATE TABLE findings (
    child    uuid    NOT NULL,
    number   bigint  NOT NULL,
    rests_on text[]  NOT NULL,
    rule     text    NOT NULL,
    kind     text    NOT NULL,
    found_on date    NOT NULL,
    until    date,
    entries  uuid[]  NOT NULL,
    zh       text    NOT NULL,
    en       text    NOT NULL,
    source   text    NOT NULL,
    verified boolean NOT NULL,
    sealed   bytea,
    PRIMARY KEY (child, number)
);
-- Most findings have ended, and what is asked for are the others.
CREATE INDEX ON findings (found_on, child, number) WHERE until IS NULL;
CREATE INDEX ON findings (found_on, child, number, until) WHERE until IS NOT NULL;
CREATE INDEX ON findings (rule, found_on, child, number) WHERE until IS NULL;
CREATE INDEX ON findings (kind, found_on, child, number) WHERE until IS NULL;
CREATE INDEX ON findings (rule, found_on, child, number, until) WHERE until IS NOT NULL;
-- Few end on a later day.
CREATE INDEX ON findings (until) WHERE until IS NOT NULL;
CREATE INDEX ON findings (rule) WHERE sealed IS NOT NULL;

-- name: endless
SELECT * FROM findings WHERE until IS NULL

-- name: ending
SELECT * FROM findings WHERE until IS NOT NULL AND until >= %(day)s

-- name: listed
SELECT f.* FROM ({part}) AS f ({columns}) JOIN register ON register.child = f.child
