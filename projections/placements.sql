-- One row a placement as an adult. What came of it by a day is a comparison of days, so midnight writes nothing.

-- name: table
CREATE TABLE placements (
    child              uuid NOT NULL,
    entry              uuid NOT NULL,
    placed_on          date NOT NULL,
    route              text,
    institution        uuid,
    place              text,
    housed_on          date,
    employed_on        date,
    enlisted_on        date,
    household_moved_on date,
    returned_on        date,
    PRIMARY KEY (child, entry)
);
CREATE INDEX ON placements (placed_on, child, entry);
CREATE INDEX ON placements (route, placed_on, child, entry);

-- name: placements
SELECT placed.* FROM placements AS placed JOIN register ON register.child = placed.child

-- name: counts
-- The relation has the name by which a scope asks who was in charge, on the day of the placement.
SELECT {cell}, count(*), {outcomes}
  FROM placements AS situations
 WHERE {condition}
 GROUP BY 1

-- name: outcome
count(*) FILTER (WHERE situations.{outcome} <= %(day)s)

-- name: sixteen_on
(SELECT person.sixteen_on FROM {person} AS person WHERE person.child = situations.child)
