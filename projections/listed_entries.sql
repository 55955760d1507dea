-- Entries of a type of which there are few, across files, from the ledger itself: no table keeps them a second time.
-- Each has an index with its condition.

-- name: EmergencyAccessTaken
SELECT stream AS child, position, -position AS turn, entry_id, recorded_at
  FROM entry
 WHERE type = 'EmergencyAccessTaken'

-- name: ErasureRequested
SELECT stream AS child, position, -position AS turn, entry_id, recorded_at
  FROM entry
 WHERE type = 'ErasureRequested'
