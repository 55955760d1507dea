-- Entries that were recorded late, from the ledger itself: no table keeps them a second time.

-- name: late
-- `lead` are the days by which an entry was recorded before its day, fewer than none. The index has this condition.
SELECT stream AS child, position, entry_id, version, type, occurred_on, occurred_until, recorded_at,
       occurred_until - (recorded_at AT TIME ZONE INTERVAL '08:00')::date AS lead,
       convert_from(body, 'UTF8')::jsonb ->> 'origin' AS origin
  FROM entry
 WHERE kind = 'child' AND occurred_until - (recorded_at AT TIME ZONE INTERVAL '08:00')::date < -7

-- name: not_imported
-- Goes after `late`. The other index has this condition too.
   AND position('"origin":"import"'::bytea IN body) = 0

-- name: counted
SELECT {type} AS type, {institution} AS institution, {place} AS place, {month} AS month, count(*) AS count,
       -min(late.lead) AS longest_days,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY -late.lead) AS median_days
  FROM ({late}) AS late
  JOIN register ON register.child = late.child
 WHERE {condition}
 GROUP BY 1, 2, 3, 4
