-- When which value held in each file: the codes, dates and states that may be counted, never a personal value. Of what
-- is sealed wholly only days stand here, and keyed hashes of all else.

-- name: table
CREATE TABLE spans (
    child     uuid NOT NULL,
    attribute text NOT NULL,
    key       text NOT NULL,
    value     text NOT NULL,
    since     date NOT NULL,
    until     date NOT NULL,
    entry     uuid,
    PRIMARY KEY (child, attribute, key, since)
);
CREATE INDEX ON spans (attribute, since, child, until, value);
