-- How many children there are by what holds of them on a day, and how these numbers changed between two days.
-- `turned` has children on the days on which something of what is counted changes, with what was before and is then;
-- what changes on one day is in it once.

-- name: held
LEFT JOIN counted_values AS {of} ON {of}.child = {child} AND {of}.dimension = {dimension}
                                AND {day} BETWEEN {of}.since AND {of}.until

-- name: value_before
CASE WHEN {of}.since = {day} THEN {of}.before ELSE {of}.value END

-- name: age_band
CASE WHEN {until} IS NULL THEN 'nothing'
     WHEN {until} = {first} OR {youngest} = {oldest} THEN {youngest}
     ELSE 'uncertain' END

-- name: on_day
  FROM situations {held}
 WHERE {day} BETWEEN situations.since AND situations.until AND {counted}

-- name: stock
SELECT {cell} AS cell, here.count
  FROM (SELECT {values} count(*) AS count {on_day} GROUP BY {places} HAVING count(*) > 0) AS here

-- name: of_child
{child} IN (SELECT situations.child {on_day})

-- name: turned
turned AS NOT MATERIALIZED ({parts})

-- name: turned_by_situation
SELECT situations.child, situations.since AS day, earlier.child IS NOT NULL AS was_there,
       earlier.institution AS was_institution, earlier.place AS was_place, earlier.stage AS was_stage,
       situations.institution, situations.place, situations.stage,
       situations.birth_on, situations.birth_until, situations.sixteen_on {values}
  FROM situations
  LEFT JOIN situations AS earlier ON earlier.child = situations.child AND earlier.until = situations.since - 1
       {held}
 WHERE situations.since > %(since)s AND situations.since <= %(until)s

-- name: turned_by_value
SELECT situations.child, {of}.since, true, situations.institution, situations.place, situations.stage,
       situations.institution, situations.place, situations.stage,
       situations.birth_on, situations.birth_until, situations.sixteen_on {values}
  FROM counted_values AS {of}
  JOIN situations ON situations.child = {of}.child
                 AND {of}.since > situations.since AND {of}.since <= situations.until
       {held}
 WHERE {of}.dimension = {dimension} AND {of}.since > %(since)s AND {of}.since <= %(until)s AND {first}

-- name: turned_by_age
SELECT situations.child, birthday.day, true, situations.institution, situations.place, situations.stage,
       situations.institution, situations.place, situations.stage,
       situations.birth_on, situations.birth_until, situations.sixteen_on {values}
  FROM situations
 CROSS JOIN unnest(%(birthdays)s::integer[]) AS reached (years)
 CROSS JOIN LATERAL (SELECT {birthday} AS day) AS birthday
       {held}
 WHERE birthday.day > situations.since AND birthday.day <= situations.until
   AND birthday.day > %(since)s AND birthday.day <= %(until)s AND {first}

-- name: not_of_the_other
-- Of a birth between two days: no birthday of the last one is on the same day. A subquery would not be run in parallel.
situations.birth_on <> situations.birth_until AND birthday.day NOT IN ({others})

-- name: birthday
({born} + make_interval(years => {years}))::date

-- name: side
-- What was before a day, or is on it; who then has no situation is nowhere.
CROSS JOIN LATERAL (
    SELECT here.*, here.present AND here.scoped AND {where} AS counted
      FROM (SELECT {there} AND {present} AS present, ({scope}) IS TRUE AS scoped {values}
              FROM (SELECT {there} AS there, turned.{was}institution AS institution,
                           turned.{was}place AS place, turned.{was}stage AS stage,
                           turned.birth_on, turned.birth_until, turned.sixteen_on) AS situations) AS here
) AS {side}

-- name: changed
changed AS NOT MATERIALIZED (
    SELECT turned.child, turned.day, before.present AS was_present, before.counted AS was_counted,
           after.present, after.counted,
           CASE WHEN NOT after.present THEN coalesce(of_departed.value, turned.stage, 'nothing') END AS reason {values}
      FROM turned {before} {after}
      LEFT JOIN counted_values AS of_departed ON of_departed.child = turned.child
                                             AND of_departed.dimension = 'departed' AND NOT after.present
                                             AND turned.day BETWEEN of_departed.since AND of_departed.until
     WHERE (before.counted OR after.counted)
       AND ROW(before.counted {was_values}) IS DISTINCT FROM ROW(after.counted {now_values})
)

-- name: flows
SELECT cell, kind, reason, sum(count)::bigint FROM (
    SELECT turn.cell, turn.kind, turn.reason, alike.count
      FROM (SELECT was_present, was_counted, present, counted, reason {columns}, count(*) AS count
              FROM changed GROUP BY was_present, was_counted, present, counted, reason {columns}) AS alike
     CROSS JOIN LATERAL (VALUES
         (alike.counted, CASE WHEN alike.was_present THEN 'moved_in' ELSE 'entered' END, '', {cell}),
         (alike.was_counted, CASE WHEN alike.present THEN 'moved_out' ELSE 'left' END,
          coalesce(alike.reason, ''), {was_cell})
     ) AS turn (counts, kind, reason, cell)
     WHERE turn.counts
    UNION ALL
    SELECT cell, 'stock_from', '', count FROM ({stock}) AS first
) AS every
GROUP BY cell, kind, reason

-- name: series
-- What is there on the first day and what each further day adds to it, by the place of the day among those asked for.
SELECT cell, place, sum(count)::bigint FROM (
    SELECT turn.cell, alike.place, turn.adds * alike.count AS count
      FROM (SELECT was_counted, counted, width_bucket(day - 1, %(days)s::date[]) AS place {columns}, count(*) AS count
              FROM changed GROUP BY was_counted, counted, place {columns}) AS alike
     CROSS JOIN LATERAL (VALUES (alike.counted, 1, {cell}), (alike.was_counted, -1, {was_cell}))
         AS turn (counts, adds, cell)
     WHERE turn.counts
    UNION ALL
    SELECT cell, 0, count FROM ({stock}) AS first
) AS every
GROUP BY cell, place

-- name: moves
SELECT moved.* FROM (
    SELECT turned.*,
           CASE sign(array_position(%(worst_first)s::text[], turned.before[1])
                     - array_position(%(worst_first)s::text[], turned.after[1]))
                WHEN 1 THEN 'raised' WHEN -1 THEN 'lowered' END AS direction
      FROM (
        SELECT alike.child, alike.day,
               CASE WHEN NOT alike.was_present THEN 'entered' WHEN alike.present THEN 'moved' ELSE 'left' END AS kind,
               CASE WHEN alike.was_counted THEN {was_cell} END AS before,
               CASE WHEN alike.counted THEN {cell} END AS after,
               alike.reason
          FROM changed AS alike
      ) AS turned
) AS moved
JOIN register ON register.child = moved.child
