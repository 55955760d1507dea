-- The access log.

-- name: note
INSERT INTO access (at, request, member, role, institution, child, categories, purpose, known, reason)
SELECT at, request, member, role, institution, child, string_to_array(categories, ' '), purpose, known, reason
  FROM unnest(%s::timestamptz[], %s::text[], %s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::text[],
              %s::bigint[], %s::text[])
       AS line (at, request, member, role, institution, child, categories, purpose, known, reason)

-- name: of
SELECT access, at, member, role, institution, categories, purpose, reason
  FROM access
 WHERE child = %(child)s AND access < %(before)s AND coalesce(at <= %(until)s, true)
   AND (purpose <> ALL (%(telling)s) OR categories <@ %(sees)s)
 ORDER BY access DESC
 LIMIT %(limit)s

-- name: last_read
-- What was read and then lost may stand again otherwise: it was not read beyond where the next epoch began.
SELECT max(least(a.known, (SELECT min(e.began_after) FROM epoch e WHERE e.at > a.at)))
  FROM access a
 WHERE a.child = %s AND a.member = %s AND a.known IS NOT NULL
