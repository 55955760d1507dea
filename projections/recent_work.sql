-- What one person did last: what they recorded, and whose files they opened.

-- name: recorded
-- Who recorded an entry stands in its body alone, which is canonical JSON: the recorder's last member is `user`, and the
-- member that follows them is `region`, so that these bytes stand for nothing else in it.
-- The latest are looked through without imports, which somebody did not record one by one.
SELECT latest.stream AS child, latest.entry_id, latest.type, latest.recorded_at
  FROM (SELECT position, stream, entry_id, type, occurred_until, recorded_at, body FROM entry
         WHERE position > 0 AND kind = 'child' AND position('"origin":"import"'::bytea IN body) = 0
         ORDER BY position DESC LIMIT %(looked_through)s) AS latest
  JOIN register ON register.child = latest.stream
 WHERE latest.recorded_at > %(since)s AND position(%(recorder)s::bytea IN latest.body) > 0 AND {scope}
 ORDER BY latest.position DESC
 LIMIT %(most)s

-- name: opened
SELECT latest.child, max(latest.at) AS at
  FROM (SELECT position, child, at FROM access WHERE member = %(member)s AND known IS NOT NULL
         ORDER BY position DESC LIMIT %(looked_through)s) AS latest
  JOIN register ON register.child = latest.child
 WHERE {scope}
 GROUP BY latest.child
 ORDER BY max(latest.position) DESC
 LIMIT %(most)s
