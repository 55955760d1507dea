-- One row a difference with others' data. Its state on a day is a comparison of days, so midnight writes nothing.

-- name: table
CREATE TABLE found_differences (
    child        uuid NOT NULL,
    entry        uuid NOT NULL,
    system       text NOT NULL,
    item         text NOT NULL,
    as_of        date NOT NULL,
    found_on     date NOT NULL,
    settled_on   date,
    settled_by   uuid,
    outcome      text,
    corrected_by uuid,
    PRIMARY KEY (child, entry)
);
CREATE INDEX ON found_differences (found_on, child, entry);
CREATE INDEX ON found_differences (system, found_on, child, entry);
CREATE INDEX ON found_differences (item, found_on, child, entry);
CREATE INDEX ON found_differences (found_on, child, entry) WHERE settled_on IS NULL;

-- name: differences
SELECT d.* FROM found_differences d JOIN register ON register.child = d.child

-- name: open
coalesce(d.settled_on > %(day)s, true)

-- name: settled
d.settled_on <= %(day)s

-- name: system
d.system = %(system)s

-- name: item
d.item = %(item)s
