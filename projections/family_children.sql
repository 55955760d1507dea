-- Whom each family fosters or adopted, each child with what is found where the family has too many. What rests on a
-- category that is sealed wholly has only its days here and the law's numbers, and keyed hashes.

-- name: table
CREATE TABLE family_children (
    child        uuid    NOT NULL,
    number       bigint  NOT NULL,
    rests_on     text[]  NOT NULL,
    rule         text    NOT NULL,
    kind         text    NOT NULL,
    found_on     date    NOT NULL,
    until        date,
    entries      uuid[]  NOT NULL,
    zh           text    NOT NULL,
    en           text    NOT NULL,
    source       text    NOT NULL,
    verified     boolean NOT NULL,
    sealed       bytea,
    bond         text    NOT NULL,
    family       text    NOT NULL,
    kept_until   date    NOT NULL,
    others       integer,
    later        integer,
    asked_on     date    NOT NULL,
    PRIMARY KEY (child, number)
);
CREATE INDEX ON family_children (family, found_on);
CREATE INDEX ON family_children (rule);

-- name: closed
LEFT JOIN families closed
       ON closed.family = CASE WHEN one.bond = 'kept' THEN one.family::uuid END AND closed.ended_on <= one.kept_until

-- name: against
(closed.family IS NOT NULL OR (SELECT count(DISTINCT other.child) > one.others
     OR count(DISTINCT other.child) FILTER (WHERE other.found_on > one.asked_on) > one.later
   FROM family_children other
  WHERE other.family = one.family AND other.bond = one.bond AND other.child <> one.child AND one.later >= 0
    AND one.found_on BETWEEN other.found_on AND other.kept_until))

-- name: too_many
SELECT one.child, one.number, one.rests_on, one.rule, one.kind, greatest(one.found_on, closed.ended_on) AS found_on,
       one.until, one.entries, one.zh, one.en, one.source, one.verified, one.sealed
  FROM register
  JOIN family_children one ON one.child = register.child
  {closed}
 WHERE {scope} AND {against}

-- name: counted
SELECT one.rests_on
  FROM family_children one
  {closed}
 WHERE one.child = %(child)s AND greatest(one.found_on, closed.ended_on) <= %(day)s AND one.rests_on <@ %(sees)s AND {against}
