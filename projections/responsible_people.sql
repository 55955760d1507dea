-- One row a day's span in which one of the staff of an institution answers for one part of its work, or holds a post.

-- name: table
CREATE TABLE responsible_people (
    institution     uuid NOT NULL,
    entry           uuid NOT NULL,
    responsible_for text NOT NULL,
    person          uuid NOT NULL,
    member          uuid,
    name            bytea,
    since           date NOT NULL,
    until           date NOT NULL,
    PRIMARY KEY (institution, entry, responsible_for)
);
CREATE INDEX ON responsible_people (person);
CREATE INDEX ON responsible_people (member);

-- name: people
SELECT responsible_people.*
  FROM responsible_people
 WHERE since <= %(day)s AND until >= %(day)s AND {condition}
 ORDER BY responsible_people.since, responsible_people.entry, responsible_people.responsible_for

-- name: ever
SELECT responsible_people.institution
  FROM responsible_people
 WHERE person = %(person)s AND {condition}
 LIMIT 1
