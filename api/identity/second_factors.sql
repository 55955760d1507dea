-- The second factors by which people sign in beside their passwords.

-- name: of
SELECT secret, confirmed_at FROM second_factor WHERE member = %s

-- name: since
SELECT member, confirmed_at FROM second_factor WHERE confirmed_at IS NOT NULL AND member = ANY (%s)

-- name: add
INSERT INTO second_factor (member, secret) VALUES (%s, %b) ON CONFLICT DO NOTHING

-- name: use
-- A code is used once: no step comes twice, nor one before it.
UPDATE second_factor SET last_step = %(step)s, confirmed_at = coalesce(confirmed_at, %(now)s)
 WHERE member = %(member)s AND last_step < %(step)s
RETURNING member

-- name: pass
UPDATE token SET factor_at = %s WHERE token = %s AND revoked_at IS NULL RETURNING token

-- name: end
DELETE FROM second_factor WHERE member = %s
