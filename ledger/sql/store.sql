-- What the store asks. Run as the ledger's writer or reader, whose search path is the ledger's schema; an epoch is
-- begun by its owner.
--
-- Streams are read one by one, in the order of their versions, so that nothing needs sorting. The position that
-- bounds them stands in a sum: by itself it would have its index read from end to end where a table has no
-- statistics yet.

-- name: append
SELECT * FROM append(
    %b::integer[], %b::uuid[], %b::uuid[], %b::text[], %b::integer[], %b::text[],
    %b::integer[], %b::date[], %b::date[], %b::uuid[], %b::bytea[], %b::bytea[],
    %b::integer[], %b::uuid[], %b::integer[], %b::integer[], %b::uuid[], %b::boolean
)

-- name: settle
SELECT settle(%b::timestamptz)

-- name: position_at
SELECT position_at(%b::timestamptz)

-- name: head
SELECT position, recorded_at, epoch FROM head

-- name: epochs
SELECT epoch, began_after, last_seen, at FROM epoch ORDER BY epoch

-- name: begin_epoch
UPDATE head
   SET epoch = epoch + 1, recorded_at = greatest(recorded_at, %s::timestamptz)
 WHERE epoch = %s AND position = %s
RETURNING position, recorded_at, epoch

-- name: enter_epoch
INSERT INTO epoch (epoch, began_after, last_seen, at) VALUES (%s, %s, %s, now())

-- name: read
SELECT position, recorded_at, stream, kind, version, entry_id, type, body
  FROM entry
 WHERE position > %(after)b AND position <= %(through)b
 ORDER BY position
 LIMIT %(limit)b

-- name: together
-- Entries of one append follow each other in their stream and in the ledger, with one request's fingerprint.
SELECT e.position
  FROM entry AS chosen
  JOIN entry AS e
    ON e.stream = chosen.stream AND e.fingerprint IS NOT DISTINCT FROM chosen.fingerprint
   AND e.position - e.version = chosen.position - chosen.version
 WHERE chosen.position = %(position)b
 ORDER BY e.version

-- name: rows
SELECT position, recorded_at, stream, kind, version, entry_id, type, body, schema, occurred_on, occurred_until,
       institution
  FROM entry
 WHERE position > %(after)b AND position <= %(through)b
 ORDER BY position
 LIMIT %(limit)b

-- name: of_types
SELECT position, recorded_at, stream, kind, version, entry_id, type, body
  FROM entry
 WHERE position > %(after)b AND position <= %(through)b AND type = ANY (%(types)b)
 ORDER BY position
 LIMIT %(limit)b

-- name: stream_rows
SELECT position, recorded_at, stream, kind, version, entry_id, type, body, schema, occurred_on, occurred_until,
       institution
  FROM entry
 WHERE stream = %(stream)b
 ORDER BY version

-- name: stream
SELECT position, recorded_at, stream, kind, version, entry_id, type, body
  FROM entry
 WHERE stream = %(stream)b AND version > %(after)b AND position + 0 <= %(known)b
 ORDER BY version

-- name: streams
SELECT e.position, e.recorded_at, e.body
  FROM unnest(%(streams)b::uuid[], %(after)b::integer[]) AS wanted (stream, after)
 CROSS JOIN LATERAL (
       SELECT * FROM entry
        WHERE stream = wanted.stream AND version > wanted.after AND position + 0 <= %(known)b
        ORDER BY version
       ) AS e

-- name: amending
SELECT e.position, e.recorded_at, e.stream, e.kind, e.version, e.entry_id, e.type, e.body
  FROM unnest(%(streams)b::uuid[], %(after)b::integer[]) AS wanted (stream, after)
  JOIN entry e ON e.stream = wanted.stream AND e.version > wanted.after
 WHERE e.position <= %(known)b
       -- Within a value a quotation mark is escaped: only the envelope's own member reads like this.
   AND (e.type = ANY (%(types)b::text[]) OR position('"corrects":"'::bytea IN e.body) > 0)
 ORDER BY e.stream, e.version

-- name: moved
SELECT stream, kind, max(version), array_agg(DISTINCT type), count(*)::integer
  FROM entry
 WHERE position > %(after)b AND position <= %(through)b
 GROUP BY stream, kind
 ORDER BY stream

-- name: files
SELECT e.stream, e.kind, (SELECT max(every.version) FROM entry every WHERE every.stream = e.stream)
  FROM entry e
 WHERE e.version = 1 AND e.kind = ANY (%(kinds)b::text[]) AND e.stream > %(after)b
 ORDER BY e.stream
 LIMIT %(limit)b

-- name: naming
SELECT n.name, e.stream
  FROM naming n
  JOIN entry e USING (position)
 WHERE n.name = ANY (%b::uuid[])
 ORDER BY n.name, n.position

-- name: entries
SELECT position, recorded_at, stream, kind, version, entry_id, type, body
  FROM entry
 WHERE entry_id = ANY (%b::uuid[])
 ORDER BY position

-- name: keys
SELECT subject, category, wrapped
  FROM data_key
 WHERE (subject, category) IN (SELECT * FROM unnest(%b::uuid[], %b::text[]))
       -- Of a key that was destroyed the place is left.
   AND wrapped IS NOT NULL

-- name: destroyed_keys
SELECT subject, category
  FROM data_key
 WHERE (subject, category) IN (SELECT * FROM unnest(%b::uuid[], %b::text[]))
   AND wrapped IS NULL

-- name: every_destroyed_key
SELECT subject, category FROM data_key WHERE wrapped IS NULL

-- name: destroyed_keys_count
SELECT count(*) FROM data_key WHERE wrapped IS NULL

-- name: add_keys
INSERT INTO data_key (subject, category, wrapped)
SELECT * FROM unnest(%b::uuid[], %b::text[], %b::bytea[])
ON CONFLICT DO NOTHING

-- name: key_backup
SELECT verified_at FROM key_backup WHERE wrapping_key = %b::bytea
