-- The children for whom there are reasons, with the first day of these.

-- name: part
SELECT part.child, part.{day} AS first_on FROM ({select} WHERE {condition}) AS part

-- name: ordered
(SELECT q.child, q.first_on, {number} FROM ({part}) AS q WHERE true {ends})

-- name: first
-- Child by child, so that what is read is each one's own, whatever is known of how rows are spread.
SELECT asked.child, own.first_on
  FROM unnest(%(children)s::uuid[]) AS asked (child)
 CROSS JOIN LATERAL (SELECT min(own.first_on) AS first_on FROM ({parts}) AS own WHERE own.child = asked.child) AS own

-- name: total
SELECT count(DISTINCT every.child) FROM ({parts}) AS every

-- name: of_all
SELECT q.child, q.first_on
  FROM (SELECT own.child, min(own.first_on) AS first_on FROM ({parts}) AS own GROUP BY own.child) AS q
 WHERE true {ends}
