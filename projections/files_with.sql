-- Files in the order in which they were opened, with whether an event of some types stands in each.

-- name: files_with
-- What a file has by being joined to another is told by its own entries of joining, whose types are asked for too.
SELECT register.child, register.opened,
       EXISTS (SELECT FROM entry WHERE entry.stream = register.child AND entry.type = ANY (%(types)s)) AS has
  FROM register
