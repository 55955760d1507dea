-- What is kept of imports for a day, beside their bytes on disk.

-- name: add
INSERT INTO import_job (job, institution, starter, sees, dry_run, bytes, begun_at, state, progress, seen_at, key)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'queued', 0, %s, %b)

-- name: seen
UPDATE import_job SET state = %s, progress = %s, seen_at = %s WHERE job = %s

-- name: one
SELECT job, institution, starter, sees, dry_run, bytes, begun_at, state, progress, seen_at, key
  FROM import_job
 WHERE job = %s AND begun_at >= %s

-- name: of_institution
SELECT job, institution, starter, sees, dry_run, bytes, begun_at, state, progress, seen_at, key
  FROM import_job
 WHERE institution = %s AND begun_at >= %s
 ORDER BY number DESC

-- name: old
SELECT job FROM import_job WHERE begun_at < %s

-- name: forget
DELETE FROM import_job WHERE job = ANY (%s)
