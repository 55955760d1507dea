-- Who was adopted in a period, by whoever was in charge on the day; what is counted held the day before.

-- name: adopted_at
at AS (
    SELECT situations.child, situations.since - 1 AS day, before.institution, before.place, before.stage,
           true AS scoped, true AS present
      FROM situations
      LEFT JOIN situations AS before ON before.child = situations.child AND before.until = situations.since - 1
     WHERE situations.stage = 'adopted' AND before.stage IS DISTINCT FROM 'adopted'
       AND situations.since BETWEEN %(since)s AND %(until)s AND {scope}
)

-- name: adopted
SELECT cell, count(*) FROM placed WHERE counted GROUP BY cell

-- name: adopted_children
SELECT at.child, at.day + 1 FROM at ORDER BY at.day, at.child
