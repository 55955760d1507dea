-- The register of generations. Each UPDATE compares and sets: of two who do the same, one does it.

-- name: generations
-- With the first file that stopped each read model that is stopped.
SELECT g.number, g.version, g.shape, g.models, g.position, g.walked, g.built_at IS NOT NULL,
       (SELECT coalesce(jsonb_object_agg(m.name, jsonb_build_array(first.position, first.error)), '{{}}')
          FROM unnest(g.models) AS m (name)
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

-- name: walk
UPDATE generation SET walked = %s WHERE number = %s AND walked = %s

-- name: built
UPDATE generation SET built_at = %s WHERE number = %s AND built_at IS NULL

-- name: advance
UPDATE generation SET position = %s WHERE number = %s AND position = %s

-- name: stop
INSERT INTO stopped_file (generation, model, file, position, error) VALUES (%s, %s, %s, %s, %s)

-- name: resume
DELETE FROM stopped_file WHERE generation = %s AND file = ANY (%s)

-- name: in_charge
-- Of files that stopped the register it does not know who is in charge.
SELECT child, version FROM {register} WHERE institution = ANY (%s)
 UNION
SELECT file, 1 FROM stopped_file WHERE generation = %s AND model = %s

-- name: stopped_files
SELECT model, file FROM {ledger}.stopped_file WHERE generation = %s AND file > %s AND file <= %s

-- name: last_entries
SELECT e.stream, e.kind,
       (SELECT l.position FROM {ledger}.entry l WHERE l.stream = e.stream ORDER BY l.version DESC LIMIT 1)
  FROM {ledger}.entry e
 WHERE e.version = 1 AND e.kind = ANY (%s) AND e.stream > %s AND e.stream <= %s
