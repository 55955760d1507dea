-- The readiness of each young person in care, as intervals of days from when they may be sixteen on. What follows from
-- the gates depends on who asks: of each that keeps from being ready, or puts that off, `not_ready_by` and
-- `deferred_by` have what its answer rests on, as one text, and `stuck_at` the gates of the former. No gate's answer stands here that rests on a category
-- that is sealed wholly.

-- name: table
CREATE TABLE readiness (
    child        uuid   NOT NULL,
    since        date   NOT NULL,
    until        date   NOT NULL,
    rests_on     text[] NOT NULL,
    not_ready_by text[] NOT NULL,
    stuck_at     smallint[] NOT NULL,
    deferred_by  text[] NOT NULL,
    route        text,
    turns_18_from date,
    turns_18_on  date   NOT NULL,
    gates        text   NOT NULL,
    PRIMARY KEY (child, since)
);
CREATE INDEX ON readiness (turns_18_on, until, since, child);
CREATE INDEX ON readiness (route, turns_18_on, until, since, child);
CREATE INDEX ON readiness USING gist (daterange(since, until, '[]'));

-- name: readiness
SELECT y.*, {status} AS status, following.due_on AS next_due_on, following.rule AS next_rule,
       coalesce(following.rests_on, ARRAY[]::text[]) AS next_rests_on
  FROM readiness y JOIN register ON register.child = y.child
  LEFT JOIN LATERAL (
      SELECT o.due_on, o.rule, o.rests_on FROM obligations o
       WHERE o.child = y.child AND o.sealed IS NULL AND o.rests_on <@ %(sees)s AND o.opened_on <= %(day)s
         AND coalesce(o.met_on > %(day)s, true) AND coalesce(o.void_on > %(day)s, true)
       ORDER BY o.due_on, o.rule LIMIT 1
  ) AS following ON true

-- name: counts
SELECT {status} AS status, count(*)
  FROM readiness y JOIN register ON register.child = y.child
 WHERE {condition}
 GROUP BY 1

-- name: stuck
SELECT b.gate, count(*)
  FROM readiness y JOIN register ON register.child = y.child
 CROSS JOIN LATERAL unnest(y.stuck_at, y.not_ready_by) AS b (gate, rests_on)
 WHERE {condition} AND string_to_array(b.rests_on, ' ') <@ %(sees)s
 GROUP BY 1

-- name: stuck_at
EXISTS (SELECT FROM unnest(y.stuck_at, y.not_ready_by) AS b (gate, rests_on)
         WHERE b.gate = %(gate)s AND string_to_array(b.rests_on, ' ') <@ %(sees)s)

-- name: first_gate
-- The first gate that keeps somebody from being ready, as far as the caller may know.
(SELECT min(b.gate) FROM unnest(y.stuck_at, y.not_ready_by) AS b (gate, rests_on)
  WHERE string_to_array(b.rests_on, ' ') <@ %(sees)s)

-- name: status
-- What follows from the gates for somebody who sees these categories.
CASE WHEN EXISTS (SELECT FROM unnest(y.deferred_by) AS b (rests_on)
                   WHERE string_to_array(b.rests_on, ' ') <@ %(sees)s) THEN 'deferred'
     WHEN EXISTS (SELECT FROM unnest(y.not_ready_by) AS b (rests_on)
                   WHERE string_to_array(b.rests_on, ' ') <@ %(sees)s) THEN 'not_ready'
     ELSE 'ready' END
