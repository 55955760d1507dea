-- The readiness of each young person in care, as intervals of days from seventeen and a half on. What follows from
-- the gates depends on who asks: of each that keeps from being ready, or puts that off, `not_ready_by` and
-- `deferred_by` have what its answer rests on, as one text. No gate's answer stands here that rests on a category
-- that is sealed wholly.
CREATE TABLE readiness (
    child        uuid   NOT NULL,
    since        date   NOT NULL,
    until        date   NOT NULL,
    rests_on     text[] NOT NULL,
    not_ready_by text[] NOT NULL,
    deferred_by  text[] NOT NULL,
    route        text,
    turns_18_on  date   NOT NULL,
    gates        text   NOT NULL,
    PRIMARY KEY (child, since)
);
CREATE INDEX ON readiness (turns_18_on, child);
