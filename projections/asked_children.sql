-- The children whom a question is about: each once, with the first day of what makes them so.

-- name: spans
SELECT s.child, s.since FROM spans s JOIN register ON register.child = s.child

-- name: spans_on_the_day
SELECT s.child, %(day)s::date AS since FROM spans s JOIN register ON register.child = s.child

-- name: ready
SELECT y.child, y.turns_18_on FROM readiness y JOIN register ON register.child = y.child
