-- Whose files are, as the register shows it.

-- name: scopes
-- The version tells whether the register shows a file as it stands: in one statement both are of one moment.
SELECT asked.stream, latest.version, coalesce(register.version = latest.version, false) AS settled, {columns}
  FROM unnest(%(streams)s::uuid[]) AS asked (stream)
  JOIN LATERAL (
           SELECT version FROM entry WHERE entry.stream = asked.stream ORDER BY version DESC LIMIT 1
       ) AS latest ON true
  LEFT JOIN register ON register.child = asked.stream

-- name: shown
-- Through which version read models show a stream, of whichever kind; none of what they do not show yet.
SELECT coalesce(max(version), 0)
  FROM (SELECT child AS stream, version FROM register
        UNION ALL SELECT child, version FROM unlisted
        UNION ALL SELECT family, version FROM families) AS shown
 WHERE stream = %(stream)s
