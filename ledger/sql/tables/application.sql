-- The one application whose events these are: another one would mistake them for its own.
CREATE TABLE application (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    name text    NOT NULL
);
