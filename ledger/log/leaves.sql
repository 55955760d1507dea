-- What logs commit to, within the ledger's schema.

-- name: entries
-- Two values for many entries, which are read in no time: what is of one length in each, and the bytes of all.
SELECT e.heads, e.bodies
  FROM generate_series(%(after)b::bigint, %(through)b::bigint - 1, %(piece)b::bigint) AS pieces (start)
 CROSS JOIN LATERAL (
    SELECT string_agg(int8send(position) || timestamptz_send(recorded_at) || uuid_send(stream) || int4send(version)
                      || int4send(length(body)), '' ORDER BY position) AS heads,
           string_agg(body, '' ORDER BY position) AS bodies
      FROM (
        -- The limit is never reached: it tells the planner to follow the index, in order, instead of sorting bytes.
        SELECT position, recorded_at, stream, version, body
          FROM entry
         WHERE position > start AND position <= least(start + %(piece)b::bigint, %(through)b::bigint)
         ORDER BY position
         LIMIT 2 * %(piece)b::bigint
      ) AS piece
 ) e
 WHERE e.heads IS NOT NULL

-- name: last_entry
SELECT position FROM head

-- name: stray_entries
(SELECT position FROM entry WHERE position < 1 ORDER BY position LIMIT 100)
 UNION ALL
(SELECT position FROM entry WHERE position > (SELECT position FROM head) ORDER BY position LIMIT 100)
 LIMIT 100

-- name: accesses
SELECT position, at, request, member, role, institution, child, categories, purpose, known, reason, emergency, salt
  FROM access
 WHERE position > %(after)b AND position <= %(through)b
 ORDER BY position

-- name: last_access
SELECT position FROM access_head

-- name: stray_accesses
(SELECT position FROM access WHERE position < 1 ORDER BY position LIMIT 100)
 UNION ALL
(SELECT position FROM access WHERE position > (SELECT position FROM access_head) ORDER BY position LIMIT 100)
 LIMIT 100
