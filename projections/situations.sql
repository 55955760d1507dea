-- In whose charge and at which stage each child was, as intervals of days from the first of which anything is told.

-- name: table
CREATE TABLE situations (
    child       uuid NOT NULL,
    since       date NOT NULL,
    until       date NOT NULL,
    institution uuid,
    place       text,
    stage       text,
    received_on date,
    admitted_on date,
    departed_on date,
    birth_on    date,
    birth_until date,
    sixteen_on  date,
    PRIMARY KEY (child, since)
);
CREATE INDEX ON situations (institution, until);
