-- Whose files are, as the register shows it.

-- name: scopes
-- The version tells whether the register shows a file as it stands: in one statement both are of one moment.
SELECT asked.stream, latest.version, coalesce(register.version = latest.version, false) AS settled, {columns}
  FROM unnest(%(streams)s::uuid[]) AS asked (stream)
  JOIN LATERAL (
           SELECT version FROM entry WHERE entry.stream = asked.stream ORDER BY version DESC LIMIT 1
       ) AS latest ON true
  LEFT JOIN register ON register.child = asked.stream
