-- The readiness of each young person, as intervals of days from seventeen and a half on.
CREATE TABLE readiness (
    child       uuid NOT NULL,
    since       date NOT NULL,
    until       date NOT NULL,
    status      text NOT NULL,
    route       text,
    turns_18_on date,
    gates       jsonb NOT NULL
);
CREATE INDEX ON readiness (child, since);
CREATE INDEX ON readiness (status, turns_18_on, child);
