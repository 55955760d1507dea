-- By which value of a dimension each child is counted, as intervals of days without a gap from the first value on;
-- nothing personal stands here: of what is sealed wholly only days, and keyed hashes. Null is where nothing holds.

-- name: table
CREATE TABLE counted_values (
    child     uuid NOT NULL,
    dimension text NOT NULL,
    since     date NOT NULL,
    until     date NOT NULL,
    value     text,
    before    text,
    PRIMARY KEY (child, dimension, since)
);
CREATE INDEX ON counted_values (dimension, since, until, child, value, before);
