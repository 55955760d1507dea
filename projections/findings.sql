-- What judging finds in each file, as known now; standing questions carry the days on which they hold.
CREATE TABLE findings (
    child     uuid   NOT NULL,
    rule      text   NOT NULL,
    kind      text   NOT NULL,
    found_on  date   NOT NULL,
    until     date,
    entries   uuid[] NOT NULL,
    detail_zh text,
    detail_en text
);
CREATE INDEX ON findings (child);
CREATE INDEX ON findings (rule, kind, found_on, child);
