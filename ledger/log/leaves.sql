-- What logs commit to, within the ledger's schema.

-- name: entries
-- The hash is computed where the bytes are: only 32 of them travel.
SELECT position, recorded_at, stream, version, sha256(body)
  FROM entry
 WHERE position > %(after)b
 ORDER BY position
 LIMIT %(limit)b

-- name: last_entry
SELECT position FROM head

-- name: stray_entries
SELECT position FROM entry
 WHERE position < 1 OR position > (SELECT position FROM head)
 ORDER BY position
 LIMIT 100

-- name: accesses
SELECT position, at, request, member, role, institution, child, categories, purpose, known, reason, emergency, salt
  FROM access
 WHERE position > %(after)b
 ORDER BY position
 LIMIT %(limit)b

-- name: last_access
SELECT position FROM access_head

-- name: stray_accesses
SELECT position FROM access
 WHERE position < 1 OR position > (SELECT position FROM access_head)
 ORDER BY position
 LIMIT 100
