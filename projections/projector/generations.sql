-- The register of generations. Each UPDATE compares and sets: of two who do the same, one does it.

-- name: generations
SELECT g.number, g.version, g.shape, g.through, g.walked, g.built_at IS NOT NULL,
       m.model, m.position, m.stopped_by, m.stopped_at
  FROM {ledger}.generation g
  LEFT JOIN {ledger}.read_model m ON m.generation = g.number
 ORDER BY g.number DESC

-- name: enter
INSERT INTO generation (number, version, shape) VALUES (%s, %s, %s)

-- name: enter_models
INSERT INTO read_model (generation, model) SELECT %s, unnest(%s::text[])

-- name: drop
DELETE FROM generation WHERE number = %s

-- name: begin
UPDATE generation SET through = %s, walked = %s WHERE number = %s AND through IS NULL

-- name: begin_again
UPDATE generation SET through = NULL, walked = NULL WHERE number = %s

-- name: begin_models_again
UPDATE read_model SET position = 0, stopped_by = NULL, stopped_at = NULL WHERE generation = %s

-- name: walk
UPDATE generation SET walked = %s WHERE number = %s AND walked = %s

-- name: walked
UPDATE read_model SET position = %s WHERE generation = %s AND stopped_by IS NULL

-- name: built
UPDATE generation SET built_at = %s WHERE number = %s AND built_at IS NULL

-- name: stop
UPDATE read_model
   SET stopped_by = %s, stopped_at = %s
 WHERE generation = %s AND model = ANY (%s) AND position = %s

-- name: advance
UPDATE read_model
   SET position = %s, stopped_by = NULL, stopped_at = NULL
 WHERE generation = %s AND model = ANY (%s) AND position = %s

-- name: last_entries
SELECT e.stream, (SELECT l.position FROM {ledger}.entry l WHERE l.stream = e.stream ORDER BY l.version DESC LIMIT 1)
  FROM {ledger}.entry e
 WHERE e.version = 1 AND e.kind = 'child' AND e.stream > %s AND e.stream <= %s
