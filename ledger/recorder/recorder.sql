-- What the library's recorders ask. Every statement names the schema, so that a pooler may stand between.

-- name: own
INSERT INTO {ledger}.application (name) VALUES (%s) ON CONFLICT DO NOTHING

-- name: owner
SELECT name FROM {ledger}.application

-- name: positions
SELECT position FROM {ledger}.entry WHERE entry_id = ANY (%b::uuid[]) ORDER BY position

-- name: events
SELECT stream, version, type, body
  FROM {ledger}.{table}
 WHERE stream = %(stream)b AND version > %(after)b AND version <= %(through)b
 ORDER BY version {order}
 LIMIT %(limit)b

-- name: notifications
SELECT stream, version, type, body, position, recorded_at
  FROM {ledger}.entry
 WHERE position > %(after)b AND position <= %(through)b
   AND (%(every)b OR type = ANY (%(topics)b::text[]))
 ORDER BY position
 LIMIT %(limit)b

-- name: position
SELECT nullif(position, 0) FROM {ledger}.head

-- name: take_snapshots
INSERT INTO {ledger}.snapshot (stream, version, type, body, try)
SELECT stream, version, type, body, %(try)b
  FROM unnest(%(streams)b::uuid[], %(versions)b::integer[], %(types)b::text[], %(bodies)b::bytea[])
       AS taken (stream, version, type, body)

-- name: snapshots_taken
SELECT count(*)
  FROM {ledger}.snapshot
  JOIN unnest(%(streams)b::uuid[], %(versions)b::integer[]) AS taken (stream, version) USING (stream, version)
 WHERE try = %(try)b

-- name: track
INSERT INTO {schema}.tracking AS tracked (follower, application, notification_id, try)
VALUES (%(follower)s, %(application)s, %(id)s, %(try)s)
    ON CONFLICT (follower, application) DO UPDATE
   SET notification_id = excluded.notification_id, try = excluded.try
 WHERE tracked.notification_id < excluded.notification_id OR tracked.try = excluded.try

-- name: tracked
SELECT notification_id
  FROM {schema}.tracking
 WHERE follower = %(follower)s AND application = %(application)s
