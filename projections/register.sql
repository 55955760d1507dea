-- The register: one row a child's file as it is now. What is personal is sealed or a keyed hash.

-- name: table
CREATE TABLE register (
    child        uuid   PRIMARY KEY,
    institution  uuid,
    former       uuid[] NOT NULL,
    former_until date[] NOT NULL,
    place        text,
    former_places text[] NOT NULL,
    former_places_until date[] NOT NULL,
    asked        uuid,
    restricted_through date,
    sixteen_on   date,
    file_no      bytea,
    file_no_term bytea,
    citizen_id_term bytea,
    name         bytea,
    sex          text,
    birth_on     date,
    birth_until  date,
    birth_estimated boolean NOT NULL,
    stage        text,
    received_on  date,
    admitted_on  date,
    departed_on  date,
    opened       bigint NOT NULL,
    version      integer NOT NULL,
    terms        bytea[] NOT NULL,
    file_no_terms    bytea[] NOT NULL,
    citizen_id_terms bytea[] NOT NULL
);
CREATE INDEX ON register (institution, opened);
CREATE INDEX ON register (place text_pattern_ops, opened) WHERE place IS NOT NULL;
CREATE INDEX ON register (opened);
CREATE INDEX ON register (sex, opened);
CREATE INDEX ON register (birth_on, opened);
CREATE INDEX ON register (stage, opened);
CREATE INDEX ON register (admitted_on, opened);
CREATE INDEX ON register (departed_on, opened);
CREATE INDEX ON register USING gin (terms);
CREATE INDEX ON register USING gin (file_no_terms);

-- name: register
-- All columns but the keyed hashes of which there may be many.
SELECT {columns},
       (SELECT count(*) FROM obligations o
         WHERE o.child = {shown}.child AND o.rests_on <@ %(sees)s
           AND o.opened_on <= %(day)s AND o.due_on < %(day)s
           AND coalesce(o.met_on > %(day)s, true) AND coalesce(o.void_on > %(day)s, true)) AS overdue
  FROM {rows}

-- name: rows_known
-- The rows of then; who may see them is decided as of now.
listed JOIN register ON register.child = listed.child

-- name: rows_on
{rows} JOIN situations ON situations.child = {shown}.child
                      AND %(day)s BETWEEN situations.since AND situations.until

-- name: names
SELECT child, name, file_no FROM {shown} WHERE child = ANY (%(children)s)

-- name: file_numbers
SELECT term, child, term = file_no_term FROM register, unnest(file_no_terms) AS term
 WHERE institution = %(whose)s AND term = ANY (%(terms)s)

-- name: citizen_ids_at
SELECT term, child, term = citizen_id_term FROM register, unnest(citizen_id_terms) AS term
 WHERE place = %(whose)s AND term = ANY (%(terms)s)

-- name: charges
SELECT child, opened FROM register
 WHERE {charge} = %(whose)s AND opened > %(after)s ORDER BY opened LIMIT %(most)s
