-- The access log.

-- name: note
SELECT note_accesses(%b::timestamptz[], %b::text[], %b::uuid[], %b::text[], %b::uuid[], %b::uuid[], %b::text[],
                     %b::text[], %b::bigint[], %b::text[], %b::uuid[], %b::bytea[])

-- name: of
SELECT position, at, member, role, institution, categories, purpose, reason, emergency
  FROM access
 WHERE child = %(child)s AND position < %(before)s
   AND coalesce(at > %(since)s, true) AND coalesce(at <= %(until)s, true)
   AND coalesce(member = %(user)s, true) AND coalesce(purpose = %(purpose)s, true) AND (%(reason)s::text IS NULL OR reason = %(reason)s)
   AND (purpose <> ALL (%(telling)s) OR categories <@ %(sees)s)
 ORDER BY position DESC
 LIMIT %(limit)s

-- name: last_read
-- What was read and then lost may stand again otherwise: it was not read beyond where the next epoch began.
SELECT max(least(a.known, (SELECT min(e.began_after) FROM epoch e WHERE e.at > a.at)))
  FROM access a
 WHERE a.child = %s AND a.member = %s AND a.known IS NOT NULL
