-- What speaks against each file, as known now, with the days on which it does.
CREATE TABLE findings (
    child    uuid    NOT NULL,
    number   integer NOT NULL,
    rule     text    NOT NULL,
    kind     text    NOT NULL,
    found_on date    NOT NULL,
    until    date,
    entries  uuid[]  NOT NULL,
    zh       text    NOT NULL,
    en       text    NOT NULL,
    source   text    NOT NULL,
    PRIMARY KEY (child, number)
);
CREATE INDEX ON findings (found_on, child, number);
CREATE INDEX ON findings (rule, kind, found_on, child, number);
