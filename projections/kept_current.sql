-- How the data of the children of an institution were kept up to date in a period; who counts was in its charge on the last day.

-- name: differences
SELECT d.system,
       count(*) FILTER (WHERE d.found_on <= %(since)s AND coalesce(d.settled_on > %(since)s, true)),
       count(*) FILTER (WHERE d.found_on > %(since)s AND d.found_on <= %(until)s),
       count(*) FILTER (WHERE d.settled_on > %(since)s AND d.settled_on <= %(until)s),
       count(*) FILTER (WHERE d.found_on <= %(until)s AND coalesce(d.settled_on > %(until)s, true))
  FROM found_differences AS d
  JOIN situations ON situations.child = d.child AND %(until)s BETWEEN situations.since AND situations.until
 WHERE {scope}
 GROUP BY d.system
 ORDER BY d.system

-- name: lateness
SELECT count(*), count(*) FILTER (WHERE lead < -%(late)s)
  FROM (
    SELECT entry.occurred_until - (entry.recorded_at AT TIME ZONE INTERVAL '08:00')::date AS lead
      FROM entry
      JOIN situations ON situations.child = entry.stream
                     AND %(until)s BETWEEN situations.since AND situations.until
     WHERE {scope} AND entry.position <= %(known)s
       AND entry.recorded_at > %(after)s AND entry.recorded_at <= %(by)s
  ) AS recorded
