-- The children for whom there are reasons, with the first day of these.

-- name: part
SELECT part.child, part.{day} AS first_on FROM ({select} WHERE {condition}) AS part

-- name: ordered
(SELECT q.child, q.first_on, {number} FROM ({part}) AS q WHERE true {ends})

-- name: first
SELECT own.child, min(own.first_on) FROM ({parts}) AS own WHERE own.child = ANY (%(children)s) GROUP BY own.child

-- name: total
SELECT count(DISTINCT every.child) FROM ({parts}) AS every

-- name: of_all
SELECT q.child, q.first_on
  FROM (SELECT own.child, min(own.first_on) AS first_on FROM ({parts}) AS own GROUP BY own.child) AS q
 WHERE true {ends}
