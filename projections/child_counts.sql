-- How many children there are by what holds of them on a day, and how these numbers changed between two days.
-- `at` has children on days: where each stood, whether it is `scoped` and `present`. By its stage nobody is left
-- out there: that these are few would be guessed, and values be joined row by row to rows.

-- name: stock_at
at AS (
    SELECT situations.child, %(day)s::date AS day, situations.institution, situations.place, situations.stage,
           true AS scoped, {present} AS present
      FROM situations
     WHERE %(day)s BETWEEN situations.since AND situations.until AND {scope}
)

-- name: flows_at
whom AS (
    SELECT DISTINCT child FROM situations
     WHERE situations.since <= %(until)s AND situations.until >= %(since)s AND {scope_of_some_day}
), turns AS (
    SELECT situations.child, situations.since AS day FROM situations JOIN whom ON whom.child = situations.child
     WHERE situations.since > %(since)s AND situations.since <= %(until)s
    UNION
    SELECT spans.child, spans.since FROM spans JOIN whom ON whom.child = spans.child
     WHERE spans.attribute = ANY (%(attributes)s) AND spans.since > %(since)s AND spans.since <= %(until)s
    UNION
    SELECT spans.child, spans.until + 1 FROM spans JOIN whom ON whom.child = spans.child
     WHERE spans.attribute = ANY (%(attributes)s) AND spans.until >= %(since)s AND spans.until < %(until)s
    UNION
    SELECT person.child, birthday.day FROM {person} AS person JOIN whom ON whom.child = person.child
     CROSS JOIN LATERAL (
         SELECT (born + make_interval(years => years))::date AS day
           FROM unnest(ARRAY[person.birth_on, person.birth_until]) AS born,
                unnest(%(birthdays)s::integer[]) AS years
     ) AS birthday
     WHERE birthday.day > %(since)s AND birthday.day <= %(until)s
), points AS (
    SELECT child, day FROM turns
    UNION SELECT child, day - 1 FROM turns
    UNION SELECT child, day FROM whom, unnest(ARRAY[%(since)s::date, %(until)s::date]) AS day
), at AS (
    SELECT points.child, points.day, situations.institution, situations.place, situations.stage,
           coalesce({scope}, false) AS scoped, situations.child IS NOT NULL AND {present} AS present
      FROM points LEFT JOIN situations ON situations.child = points.child
                                      AND points.day BETWEEN situations.since AND situations.until
)

-- name: one_value
LEFT JOIN (
    SELECT at.child, at.day, {value} AS value
      FROM at JOIN spans ON spans.child = at.child AND at.day BETWEEN spans.since AND spans.until
     WHERE spans.attribute = {attribute}
) AS {name} ON {name}.child = at.child AND {name}.day = at.day

-- name: last_of_several
LEFT JOIN (
    SELECT DISTINCT ON (at.child, at.day) at.child, at.day, {value} AS value
      FROM at JOIN spans ON spans.child = at.child AND at.day BETWEEN spans.since AND spans.until
     WHERE spans.attribute = {attribute}
     ORDER BY at.child, at.day, spans.since DESC, spans.key DESC
) AS {name} ON {name}.child = at.child AND {name}.day = at.day

-- name: person
LEFT JOIN {person} AS {name} ON {name}.child = at.child

-- name: span_value
-- What is not known is an object, and so is the value of which one member counts.
coalesce(CASE WHEN left({of}, 1) = '{{' THEN 'unknown' ELSE {of} END, 'unknown')

-- name: age_band
CASE WHEN {person}.birth_until IS NULL THEN 'nothing'
     WHEN {youngest} = {oldest} THEN (%(band_names)s::text[])[{youngest}]
     ELSE 'uncertain' END

-- name: placed
placed AS (
    SELECT at.child, at.day, at.present, {cell} AS cell, {reason} AS reason,
           at.present AND at.scoped AND {where} AS counted
      FROM at {joins}
)

-- name: stock
SELECT cell, count(*) FROM placed WHERE counted GROUP BY cell

-- name: flows
SELECT cell, kind, reason, count(*) FROM (
    SELECT turn.cell, turn.kind, turn.reason FROM turns
      JOIN placed AS before ON before.child = turns.child AND before.day = turns.day - 1
      JOIN placed AS after ON after.child = turns.child AND after.day = turns.day
     CROSS JOIN LATERAL (VALUES
         (after.counted, CASE WHEN before.present THEN 'moved_in' ELSE 'entered' END, '', after.cell),
         (before.counted, CASE WHEN after.present THEN 'moved_out' ELSE 'left' END,
          CASE WHEN after.present THEN '' ELSE after.reason END, before.cell)
     ) AS turn (counts, kind, reason, cell)
     WHERE turn.counts AND (before.counted, before.cell) IS DISTINCT FROM (after.counted, after.cell)
    UNION ALL
    SELECT here.cell, point.kind, '' FROM placed AS here
      JOIN (VALUES ('stock_from', %(since)s::date), ('stock_to', %(until)s::date)) AS point (kind, day)
        ON point.day = here.day
     WHERE here.counted
) AS counted
GROUP BY cell, kind, reason

-- name: moves
SELECT moved.* FROM (
    SELECT turned.*,
           CASE sign(array_position(%(worst_first)s::text[], turned.before[1])
                     - array_position(%(worst_first)s::text[], turned.after[1]))
                WHEN 1 THEN 'raised' WHEN -1 THEN 'lowered' END AS direction
      FROM (
        SELECT turns.child, turns.day,
               CASE WHEN NOT before.present THEN 'entered' WHEN after.present THEN 'moved' ELSE 'left' END AS kind,
               CASE WHEN before.counted THEN before.cell END AS before,
               CASE WHEN after.counted THEN after.cell END AS after,
               CASE WHEN NOT after.present THEN after.reason END AS reason
          FROM turns
          JOIN placed AS before ON before.child = turns.child AND before.day = turns.day - 1
          JOIN placed AS after ON after.child = turns.child AND after.day = turns.day
         WHERE (before.counted OR after.counted)
           AND (before.counted, before.cell) IS DISTINCT FROM (after.counted, after.cell)
      ) AS turned
) AS moved
JOIN register ON register.child = moved.child

-- name: of_child
{child} IN (WITH {at}, {placed} SELECT placed.child FROM placed WHERE placed.counted)
