-- The duties of institutions, one row a clock, in the columns of `obligations`: `child` is the institution's file.

-- name: table
CREATE TABLE institution_obligations (
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
CREATE INDEX ON institution_obligations (due_on, child, number);
CREATE INDEX ON institution_obligations (due_on, child, number, opened_on) WHERE met_on IS NULL AND void_on IS NULL;
CREATE INDEX ON institution_obligations (rule, due_on, child, number, opened_on) WHERE met_on IS NULL AND void_on IS NULL;
CREATE INDEX ON institution_obligations (opened_on, due_on, child, number) WHERE met_on IS NULL AND void_on IS NULL;
CREATE INDEX ON institution_obligations (met_on);
CREATE INDEX ON institution_obligations (rule, due_on, child, number) WHERE met_on IS NOT NULL;
CREATE INDEX ON institution_obligations (rule) WHERE sealed IS NOT NULL;
