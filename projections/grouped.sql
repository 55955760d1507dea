-- How many rows of a list there are, by who is in charge of their files and by rule.

-- name: grouped
{tables} SELECT register.institution, CASE WHEN register.institution IS NULL THEN register.place END AS place,
       counted.rule, {kind} AS kind, count(*) AS count, min(counted.{first}) AS first_on
  FROM ({rows}) AS counted
  JOIN register ON register.child = counted.child
 GROUP BY 1, 2, 3, 4
