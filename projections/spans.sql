-- When which value held in each file: the codes, dates and states that may be counted, never a personal value.

-- name: table
CREATE TABLE spans (
    child     uuid NOT NULL,
    attribute text NOT NULL,
    key       text NOT NULL,
    value     text NOT NULL,
    since     date NOT NULL,
    until     date NOT NULL,
    entry     uuid NOT NULL,
    PRIMARY KEY (child, attribute, key, since)
);
CREATE INDEX ON spans (attribute, value, since);
