-- One row a clock. Its state on a day is a comparison of days, so midnight writes nothing. Of what rests on a
-- category that is sealed wholly only days stand here: all else is in `sealed`, and a keyed hash in `rule`.

-- name: table
CREATE TABLE obligations (
    child      uuid    NOT NULL,
    number     bigint  NOT NULL,
    rests_on   text[]  NOT NULL,
    rule       text    NOT NULL,
    zh         text    NOT NULL,
    en         text    NOT NULL,
    opened_on  date    NOT NULL,
    due_first  date,
    due_on     date    NOT NULL,
    started_by uuid[]  NOT NULL,
    met_on     date,
    met_late   boolean NOT NULL,
    met_by     uuid,
    void_on    date,
    void_zh    text,
    void_en    text,
    source     text    NOT NULL,
    region     text,
    verified   boolean NOT NULL,
    provisional boolean NOT NULL,
    sealed     bytea,
    PRIMARY KEY (child, number)
);
CREATE INDEX ON obligations (due_on, child, number);
-- Most clocks are closed, and what is asked for are the others. Those that open or are void on a later day are told by
-- the last columns, so that no row is read for them.
CREATE INDEX ON obligations (due_on, child, number, opened_on) WHERE met_on IS NULL AND void_on IS NULL;
-- Counts by rule are read from the indexes alone.
CREATE INDEX ON obligations (rule, due_on, child, number, opened_on) INCLUDE (rests_on)
    WHERE met_on IS NULL AND void_on IS NULL;
CREATE INDEX ON obligations (opened_on, due_on, child, number) WHERE met_on IS NULL AND void_on IS NULL;
-- A clock that is void from the day it opens waits on no day.
CREATE INDEX ON obligations (due_on, child, number, opened_on, void_on) WHERE met_on IS NULL AND void_on > opened_on;
CREATE INDEX ON obligations (rule, due_on, child, number, opened_on, void_on) INCLUDE (rests_on)
    WHERE met_on IS NULL AND void_on > opened_on;
CREATE INDEX ON obligations (opened_on, due_on, child, number, void_on) WHERE met_on IS NULL AND void_on > opened_on;
CREATE INDEX ON obligations (met_on);
CREATE INDEX ON obligations (rule, due_on, child, number) WHERE met_on IS NOT NULL;
CREATE INDEX ON obligations (rule) WHERE sealed IS NOT NULL;

-- name: of_children
JOIN register ON register.child = o.child

-- name: of_institutions
-- An institution's file is in its own charge.
CROSS JOIN LATERAL (SELECT o.child, o.child AS institution, NULL::text AS place) AS register

-- name: open
SELECT o.*
  FROM (SELECT * FROM {table} WHERE met_on IS NULL AND void_on IS NULL) o
  {whose}

-- name: void_later
SELECT o.*
  FROM (SELECT * FROM {table} WHERE met_on IS NULL AND void_on > opened_on AND void_on > %(day)s) o
  {whose}

-- name: met_later
SELECT o.*
  FROM (SELECT * FROM {table} WHERE met_on > %(day)s AND coalesce(void_on > %(day)s, true)) o
  {whose}

-- name: met
SELECT o.* FROM (SELECT * FROM {table} WHERE met_on IS NOT NULL AND met_on <= %(day)s) o {whose}

-- name: void
SELECT o.*
  FROM (SELECT * FROM {table} WHERE void_on <= %(day)s AND coalesce(met_on > %(day)s, true)) o
  {whose}

-- name: state
-- How a clock that is opened stands on a day.
CASE WHEN o.met_on <= %(day)s THEN CASE WHEN o.met_late THEN 'met_late' ELSE 'met' END
     WHEN o.void_on <= %(day)s THEN 'void'
     WHEN o.due_on < %(day)s THEN 'overdue'
     ELSE 'due' END
