-- One row a clock. Its state on a day is a comparison of days, so midnight writes nothing.
CREATE TABLE obligations (
    child      uuid    NOT NULL,
    rule       text    NOT NULL,
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
    source     text,
    region     text,
    verified   boolean NOT NULL
);
CREATE INDEX ON obligations (child);
CREATE INDEX ON obligations (due_on, rule, child);
