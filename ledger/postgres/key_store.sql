-- What the owner asks of the key store, whose schema is its search path.

-- name: wrapped
-- The keys that are left, some at a time, from a place on.
SELECT subject, category, wrapped
  FROM data_key
 WHERE (subject, category) > (%s, %s) AND wrapped IS NOT NULL
 ORDER BY subject, category
 LIMIT %s

-- name: otherwise_wrapped
-- Those of them that another wrapping key wrapped than the one in use.
SELECT subject, category, wrapped
  FROM data_key
 WHERE (subject, category) > (%s, %s) AND wrapped IS NOT NULL AND substring(wrapped FROM 1 FOR 8) <> %s
 ORDER BY subject, category
 LIMIT %s

-- name: left
SELECT count(*) FILTER (WHERE substring(wrapped FROM 1 FOR 8) <> %s), count(*) FROM data_key WHERE wrapped IS NOT NULL

-- name: rewrap
-- A key that was destroyed or rewrapped since it was read is left as it is. Whoever destroys one is not waited for, so
-- that neither waits for the other in a circle.
WITH unchanged AS (
     SELECT kept.subject, kept.category, anew.wrapped
       FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::bytea[]) AS anew (subject, category, before, wrapped)
       JOIN data_key AS kept ON (kept.subject, kept.category, kept.wrapped) = (anew.subject, anew.category, anew.before)
        FOR UPDATE OF kept SKIP LOCKED
)
UPDATE data_key AS kept
   SET wrapped = unchanged.wrapped
  FROM unchanged
 WHERE (kept.subject, kept.category) = (unchanged.subject, unchanged.category)

-- name: note_backup
INSERT INTO key_backup (wrapping_key, verified_at) VALUES (%s, now())
ON CONFLICT (wrapping_key) DO UPDATE SET verified_at = excluded.verified_at

-- name: destroy
-- The place of a key is kept, or taken where there never was a key, so that none is made there again.
INSERT INTO data_key (subject, category)
SELECT * FROM unnest(%s::uuid[], %s::text[])
ON CONFLICT (subject, category) DO UPDATE SET wrapped = NULL
