-- What the feed looks at before it decodes anything.

-- name: look
-- The version tells whether the register shows a file as it stands: in one statement both are of one moment.
WITH looked AS MATERIALIZED (
    SELECT position, entry_id, stream, occurred_until
      FROM entry
     WHERE position > %(after)s AND position <= %(through)s
), stood AS MATERIALIZED (
    SELECT moved.stream, register.child IS NOT NULL AND NOT EXISTS (
               SELECT FROM entry AS later
                WHERE later.stream = moved.stream AND later.version > register.version
           ) AS settled
      FROM (SELECT DISTINCT stream FROM looked) AS moved
      LEFT JOIN register ON register.child = moved.stream
)
SELECT looked.position, looked.entry_id, looked.stream, looked.occurred_until, stood.settled
  FROM looked
  JOIN stood ON stood.stream = looked.stream
  LEFT JOIN register ON register.child = looked.stream
 WHERE NOT stood.settled OR {scope}
 ORDER BY looked.position
