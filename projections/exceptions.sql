-- Exceptions that entries claim and corrections of what matters, which a second person decides on, as known now. Of what
-- rests on a category that is sealed wholly only days stand here: all else is in `sealed`, and keyed hashes in `kind`,
-- `rule` and `state`.

-- name: table
CREATE TABLE exceptions (
    child       uuid    NOT NULL,
    number      bigint  NOT NULL,
    rests_on    text[]  NOT NULL,
    kind        text    NOT NULL,
    rule        text    NOT NULL,
    state       text    NOT NULL,
    occurred_on date    NOT NULL,
    recorded_on date    NOT NULL,
    decided_on  date,
    entry       uuid,
    decision    uuid,
    evidence    uuid[]  NOT NULL,
    zh          text    NOT NULL,
    en          text    NOT NULL,
    source      text    NOT NULL,
    verified    boolean NOT NULL,
    sealed      bytea,
    PRIMARY KEY (child, number)
);
CREATE INDEX ON exceptions (recorded_on, child, number);
CREATE INDEX ON exceptions (state, recorded_on, child, number);
CREATE INDEX ON exceptions (kind, recorded_on, child, number);
CREATE INDEX ON exceptions (rule, recorded_on, child, number);
CREATE INDEX ON exceptions (recorded_on, child, number) WHERE sealed IS NOT NULL;

-- name: exceptions
SELECT e.* FROM exceptions e JOIN register ON register.child = e.child
