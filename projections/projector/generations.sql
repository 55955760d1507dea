-- The register of generations. Each UPDATE compares and sets: of two who do the same, one does it.

-- name: generations
-- With the first file that stopped each read model that is stopped, and of what was known when.
SELECT g.number,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(p.known, p.walked, p.through)), '[]')
          FROM {ledger}.walked_part p WHERE p.generation = g.number AND p.walked <> p.through),
       g.version, g.shape, g.models, g.position, g.walked, g.built_at IS NOT NULL,
       g.known_walked, g.known_position,
       (SELECT coalesce(jsonb_object_agg(m.name, jsonb_build_array(first.position, first.error)), '{{}}')
          FROM unnest(g.models || 'known_range'::text) AS m (name)
         CROSS JOIN LATERAL (
               SELECT s.position, s.error FROM {ledger}.stopped_file s
                WHERE s.generation = g.number AND s.model = m.name
                ORDER BY s.position
                LIMIT 1
               ) AS first)
  FROM {ledger}.generation g
 ORDER BY g.number DESC

-- name: enter
INSERT INTO generation (number, version, shape, models) VALUES (%s, %s, %s, %s)

-- name: drop
DELETE FROM generation WHERE number = %s

-- name: begin
UPDATE generation SET walked = %s, position = %s WHERE number = %s AND walked IS NULL

-- name: parts
INSERT INTO walked_part (generation, known, through, walked)
SELECT %s, %s, through, walked FROM unnest(%s::uuid[], %s::uuid[]) AS part (through, walked)

-- name: next_part
SELECT through, walked FROM walked_part
 WHERE generation = %s AND known = %s AND walked <> through
 ORDER BY through
 LIMIT 1
   FOR UPDATE SKIP LOCKED

-- name: walk
UPDATE walked_part SET walked = %s WHERE generation = %s AND known = %s AND through = %s

-- name: walked
-- Unless a part is not written wholly.
UPDATE generation SET walked = %s
 WHERE number = %s AND walked <> %s
   AND NOT EXISTS (SELECT FROM walked_part p WHERE p.generation = number AND NOT p.known AND p.walked <> p.through)

-- name: built
UPDATE generation SET built_at = %s WHERE number = %s AND built_at IS NULL

-- name: advance
UPDATE generation SET position = %s WHERE number = %s AND position = %s

-- name: known_begin
UPDATE generation SET known_walked = %s, known_position = %s WHERE number = %s AND known_walked IS NULL

-- name: known_walked
UPDATE generation SET known_walked = %s
 WHERE number = %s AND known_walked <> %s
   AND NOT EXISTS (SELECT FROM walked_part p WHERE p.generation = number AND p.known AND p.walked <> p.through)

-- name: known_advance
UPDATE generation SET known_position = %s WHERE number = %s AND known_position = %s

-- name: known_table
-- The rows of a read model with the positions from and until which each was known.
CREATE TABLE {known} (
    LIKE {table},
    known_from  bigint NOT NULL,
    known_until bigint NOT NULL,
    PRIMARY KEY ({identity}, known_from)
)

-- name: version_grant
GRANT UPDATE ({column}) ON {table} TO {reader}

-- name: shared_table
CREATE TABLE {shared} AS SELECT {column} AS value FROM {table} WITH NO DATA

-- name: shared_key
ALTER TABLE {shared} ADD PRIMARY KEY (value)

-- name: shared_grant
GRANT SELECT, INSERT ON {shared} TO {reader}

-- name: share
-- Of values of rows that were just written, those that another file has, too, or had.
INSERT INTO {shared}
SELECT DISTINCT one.{column}
  FROM {table} AS one
 WHERE one.{key} = ANY (%s)
   AND EXISTS (SELECT FROM {table} AS other WHERE other.{column} = one.{column} AND other.{key} <> one.{key})
    ON CONFLICT DO NOTHING

-- name: share_all
-- Of all rows, once they are written: who wrote at once saw nothing of each other.
INSERT INTO {shared}
SELECT {column} FROM {table} GROUP BY {column} HAVING count(DISTINCT {key}) > 1
    ON CONFLICT DO NOTHING

-- name: unshared
-- Of consecutive files those of whose values other files have one, too, that does not stand among the shared ones.
SELECT DISTINCT one.{key}
  FROM {table} AS one
 WHERE one.{key} > %s AND one.{key} <= %s
   AND EXISTS (SELECT FROM {table} AS other WHERE other.{column} = one.{column} AND other.{key} <> one.{key})
   AND NOT EXISTS (SELECT FROM {shared} WHERE value = one.{column})

-- name: known_until
UPDATE {known} AS t SET known_until = given.until
  FROM unnest({values}) AS given ({columns})
 WHERE {same} AND t.known_until = {still}

-- name: stop
INSERT INTO stopped_file (generation, model, file, position, error) VALUES (%s, %s, %s, %s, %s)

-- name: resume
DELETE FROM stopped_file WHERE generation = %s AND file = ANY (%s) AND model <> 'known_range'

-- name: known_stop
INSERT INTO stopped_file (generation, model, file, position, error) VALUES (%s, 'known_range', %s, %s, %s)

-- name: known_resume
DELETE FROM stopped_file WHERE generation = %s AND file = ANY (%s) AND model = 'known_range' RETURNING file, position

-- name: known_stopped
SELECT file FROM stopped_file WHERE generation = %s AND file = ANY (%s) AND model = 'known_range'

-- name: stopped
SELECT file FROM stopped_file WHERE generation = %s AND file = ANY (%s) AND model <> 'known_range'

-- name: gone
DELETE FROM {table} AS t USING unnest({values}) AS given ({columns}) WHERE {same}

-- name: moved_to
UPDATE {table} AS t SET {version} = moved.version FROM unnest(%s::uuid[], %s::bigint[]) AS moved (file, version) WHERE t.{key} = moved.file

-- name: known_clear
DELETE FROM {known} WHERE {key} = ANY (%s)

-- name: in_charge
-- Of files that stopped the register it does not know who is in charge.
SELECT child, version FROM {register} WHERE institution = ANY (%(institutions)s)
 UNION
SELECT file, 1 FROM stopped_file WHERE generation = %(generation)s AND model = %(register)s

-- name: once_in_charge
SELECT child, version FROM {register} WHERE institution = ANY (%(institutions)s) OR former && %(institutions)s
 UNION
SELECT file, 1 FROM stopped_file WHERE generation = %(generation)s AND model = %(register)s

-- name: stopped_files
SELECT model, file FROM {ledger}.stopped_file WHERE generation = %s AND file > %s AND file <= %s

-- name: known_rows
-- The rows of files as known at positions, each with its position.
SELECT asked.position, {columns}
  FROM unnest(%s::uuid[], %s::bigint[]) AS asked (file, position)
  JOIN {known} k ON k.{key} = asked.file
 WHERE k.known_from <= asked.position AND k.known_until > asked.position

-- name: last_entries
-- With one position more of each, always the same as long as nothing is recorded.
SELECT e.stream, e.kind, last.position,
       (SELECT one.position FROM {ledger}.entry one
         WHERE one.stream = e.stream AND one.version = 1 + abs(uuid_hash(e.stream)::bigint) %% last.version)
  FROM {ledger}.entry e
 CROSS JOIN LATERAL (
       SELECT l.position, l.version FROM {ledger}.entry l WHERE l.stream = e.stream ORDER BY l.version DESC LIMIT 1
       ) AS last
 WHERE e.version = 1 AND e.kind = ANY (%s) AND e.stream > %s AND e.stream <= %s
