-- Where weekly digests are sent, and for which weeks they were.

-- name: give
INSERT INTO mail_address (member, address) VALUES (%s, %b)
    ON CONFLICT (member) DO UPDATE SET address = excluded.address

-- name: take_away
DELETE FROM mail_address WHERE member = %s

-- name: given
SELECT member, address FROM mail_address ORDER BY member

-- name: enter
INSERT INTO sent_digest (member, week) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING member

-- name: strike
DELETE FROM sent_digest WHERE member = %s AND week = %s
