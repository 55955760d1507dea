-- What the transparency log asks and writes, within the ledger's schema.

-- name: begin
SELECT begin_log(%(leaves)s, %(epoch)s, %(origin)s)

-- name: grown
SELECT size, note FROM log WHERE leaves = %(leaves)b AND epoch = %(epoch)b

-- name: signed_at
SELECT signed_at FROM log WHERE leaves = %(leaves)b AND epoch = %(epoch)b

-- name: tiles
SELECT t.level, t.number, t.content
  FROM unnest(%(levels)b::integer[], %(numbers)b::integer[]) AS wanted (level, number)
  JOIN log_tile t ON t.leaves = %(leaves)b AND t.epoch = %(epoch)b AND t.level = wanted.level AND t.number = wanted.number

-- name: grow
SELECT grow_log(
    %(leaves)b, %(epoch)b, %(before)b, %(after)b,
    %(levels)b::integer[], %(numbers)b::integer[], %(contents)b::bytea[]
)

-- name: publish
SELECT publish_checkpoint(%(leaves)s, %(epoch)s, %(size)s, %(note)s)
