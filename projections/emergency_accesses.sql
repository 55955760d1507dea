-- Emergency accesses across files, from the ledger itself: no table keeps them a second time.

-- name: taken
-- The index has this condition.
SELECT stream AS child, position, -position AS turn, entry_id, recorded_at
  FROM entry
 WHERE type = 'EmergencyAccessTaken'
