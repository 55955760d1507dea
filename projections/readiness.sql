-- The readiness of each young person in care, as intervals of days from seventeen and a half on.
CREATE TABLE readiness (
    child       uuid NOT NULL,
    since       date NOT NULL,
    until       date NOT NULL,
    status      text NOT NULL,
    route       text,
    turns_18_on date NOT NULL,
    gates       text NOT NULL,
    PRIMARY KEY (child, since)
);
CREATE INDEX ON readiness (turns_18_on, child);
