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
CREATE INDEX ON findings (found_on, child, number);
CREATE INDEX ON findings (rule, kind, found_on, child, number);

-- name: findings
-- What several files say together stands in no table, for it is no function of one file.
SELECT f.*
  FROM (SELECT * FROM findings UNION ALL {alike} UNION ALL {of_families}) AS f
  JOIN register ON register.child = f.child
