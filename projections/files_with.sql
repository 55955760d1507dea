-- Files in the order in which they were opened, with whether an event of some types stands in each.

-- name: files_with
-- What a file has by being joined to another is told by its own entries of joining, whose types are asked for too.
-- No EXISTS, for which PostgreSQL may look up the whole ledger once instead of the files of a page.
SELECT register.child, register.opened,
       coalesce((SELECT true FROM entry
                  WHERE entry.stream = register.child AND entry.type = ANY (%(types)s) LIMIT 1), false) AS has
  FROM register
