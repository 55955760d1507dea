-- What is kept of forms that came when the session behind them had ended.

-- name: whose
-- Also of a session that was revoked, or ended long ago: whoever holds its cookie has typed what is to be kept.
SELECT member FROM token WHERE digest = %b AND reason IS NOT NULL

-- name: keep
INSERT INTO kept_form (ticket, member, made_at, content) VALUES (%s, %s, %s, %b)

-- name: trim
DELETE FROM kept_form
 WHERE member = %s
   AND ticket NOT IN (SELECT ticket FROM kept_form WHERE member = %s ORDER BY made_at DESC, ticket LIMIT %s)

-- name: kept
SELECT content FROM kept_form WHERE ticket = %s AND member = %s AND made_at > %s

-- name: forget_old
DELETE FROM kept_form WHERE made_at <= %s
