-- What the transparency log asks and writes, within the ledger's schema.

-- name: begin
INSERT INTO log (epoch, origin) VALUES (%(epoch)s, %(origin)s) ON CONFLICT DO NOTHING

-- name: grown
SELECT size, note FROM log WHERE epoch = %(epoch)b

-- name: entries
-- The hash is computed where the bytes are: only 32 of them travel.
SELECT position, recorded_at, stream, version, sha256(body)
  FROM entry
 WHERE position > %(after)b
 ORDER BY position
 LIMIT %(limit)b

-- name: tiles
SELECT t.level, t.number, t.content
  FROM unnest(%(levels)b::integer[], %(numbers)b::integer[]) AS wanted (level, number)
  JOIN log_tile t ON t.epoch = %(epoch)b AND t.level = wanted.level AND t.number = wanted.number

-- name: grow
SELECT grow_log(
    %(epoch)b, %(before)b, %(after)b, %(levels)b::integer[], %(numbers)b::integer[], %(contents)b::bytea[]
)

-- name: publish
SELECT publish_checkpoint(%(epoch)s, %(size)s, %(note)s)
