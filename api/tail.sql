-- The end of the ledger, and whose its entries are.

-- name: seen
-- The version tells whether the register shows a file as it stands: in one statement both are of one moment.
SELECT entry.position, entry.entry_id, entry.stream, entry.occurred_until,
       register.child IS NOT NULL AND NOT EXISTS (
           SELECT FROM entry AS later
            WHERE later.stream = entry.stream AND later.version > register.version
       ) AS settled,
       {columns}
  FROM entry
  LEFT JOIN register ON register.child = entry.stream
 WHERE entry.position > %(after)s AND entry.position <= %(through)s
 ORDER BY entry.position

-- name: seen_alone
-- There is no register yet.
SELECT position, entry_id, stream, occurred_until, false AS settled
  FROM entry
 WHERE position > %(after)s AND position <= %(through)s
 ORDER BY position
