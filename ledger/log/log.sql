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

-- name: advance
UPDATE log SET size = %(after)s WHERE epoch = %(epoch)s AND size = %(before)s

-- name: put
INSERT INTO log_tile (epoch, level, number, content) VALUES (%s, %s, %s, %s)
ON CONFLICT (epoch, level, number) DO UPDATE SET content = EXCLUDED.content

-- name: publish
UPDATE log SET note = %(note)s WHERE epoch = %(epoch)s AND size = %(size)s
