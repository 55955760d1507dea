-- Forms that are kept: drafts, and what came when the session behind it had ended.

-- name: whose
-- Also of a session that was revoked, or ended long ago: whoever holds its cookie has typed what is to be kept.
SELECT member FROM token WHERE digest = %b AND reason IS NOT NULL

-- name: keep
INSERT INTO kept_form (ticket, member, subject, made_at, content) VALUES (%s, %s, %s, %s, %b)

-- name: forget
DELETE FROM kept_form WHERE ticket = %s AND member = %s

-- name: forget_about
DELETE FROM kept_form WHERE subject = ANY (%s)

-- name: trim
DELETE FROM kept_form
 WHERE member = %s
   AND ticket NOT IN (SELECT ticket FROM kept_form WHERE member = %s ORDER BY made_at DESC, ticket LIMIT %s)

-- name: kept
SELECT subject, content FROM kept_form WHERE ticket = %s AND member = %s AND made_at > %s

-- name: all_kept
SELECT ticket, made_at, subject, content FROM kept_form
 WHERE member = %s AND made_at > %s
 ORDER BY made_at DESC, ticket

-- name: forget_old
DELETE FROM kept_form WHERE made_at <= %s
