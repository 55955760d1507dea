-- Families: one row a family's file as it is now. What is personal is sealed or a keyed hash.

-- name: table
CREATE TABLE families (
    family      uuid    PRIMARY KEY,
    institution uuid,
    applicant   bytea,
    region      text,
    approved_on date,
    trained_on  date,
    opened      bigint  NOT NULL,
    version     integer NOT NULL,
    ended_on    date,
    terms       bytea[] NOT NULL
);
CREATE INDEX ON families (institution, opened);
CREATE INDEX ON families (opened);
CREATE INDEX ON families (region, opened);
CREATE INDEX ON families (approved_on, opened);
CREATE INDEX ON families (trained_on, opened);
CREATE INDEX ON families USING gin (terms);

-- name: families
-- All columns but `terms`, of which there may be many.
SELECT {columns} FROM {rows}

-- name: having
-- The families in a scope that have one of some terms.
SELECT families.family FROM families WHERE families.terms && %(terms)s::bytea[] AND {scope}

-- name: rows_known
-- The rows of then; who may see them is decided as of now.
listed JOIN families ON families.family = listed.family
