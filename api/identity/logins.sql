-- By what names and passwords people sign in, and how often somebody has tried in vain.

-- name: give
INSERT INTO login (login, member, name) VALUES (%s, %s, %b) ON CONFLICT DO NOTHING

-- name: whose
SELECT member FROM login WHERE login = %s

-- name: names
SELECT member, name, password_set_at FROM login WHERE coalesce(member = %s, true)

-- name: password
SELECT member, password, password_set_at FROM login WHERE login = %s

-- name: login_of
SELECT login FROM login WHERE member = %s

-- name: set_password
-- Where one is said that it replaces, it is still that one.
UPDATE login SET password = %(password)b, password_set_at = %(now)s
 WHERE member = %(member)s AND (%(instead)s::timestamptz IS NULL OR password_set_at = %(instead)s)
RETURNING login

-- name: use_first_token
UPDATE token SET revoked_at = %s WHERE token = %s AND once AND revoked_at IS NULL RETURNING token

-- name: hash_anew
UPDATE login SET password = %b WHERE login = %s AND password = %b

-- name: still_set
-- Waits for whoever is about to end or to change it.
SELECT FROM login WHERE login = %s AND password_set_at = %s FOR SHARE

-- name: forget_old_tries
DELETE FROM sign_in_try WHERE last_at <= %s

-- name: first_try
INSERT INTO sign_in_try (login, tries, last_at, wait_until) VALUES (%s, 0, %s, %s) ON CONFLICT DO NOTHING

-- name: tries
SELECT tries, wait_until FROM sign_in_try WHERE login = %s FOR UPDATE

-- name: count_try
UPDATE sign_in_try SET tries = %s, last_at = %s, wait_until = %s WHERE login = %s

-- name: forget_tries
DELETE FROM sign_in_try WHERE login = %s

-- name: forget_tries_of
DELETE FROM sign_in_try WHERE login = (SELECT login FROM login WHERE member = %s)

-- name: end_password
UPDATE login SET password = NULL, password_set_at = NULL WHERE member = %s

-- name: end_sessions
-- What is good for the first sign-in alone ends with them.
UPDATE token SET revoked_at = %s
 WHERE member = %s AND (reason IS NOT NULL OR once) AND token IS DISTINCT FROM %s AND revoked_at IS NULL

-- name: end_tokens
UPDATE token SET revoked_at = %s WHERE member = %s AND revoked_at IS NULL
