-- The access log.

-- name: note
INSERT INTO access (at, request, member, role, institution, child, categories, purpose)
SELECT at, request, member, role, institution, child, string_to_array(categories, ' '), purpose
  FROM unnest(%s::timestamptz[], %s::text[], %s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::text[])
       AS line (at, request, member, role, institution, child, categories, purpose)

-- name: of
SELECT access, at, member, role, institution, categories, purpose
  FROM access
 WHERE child = %(child)s AND access < %(before)s
   AND (purpose <> ALL (%(telling)s) OR categories <@ %(sees)s)
 ORDER BY access DESC
 LIMIT %(limit)s
