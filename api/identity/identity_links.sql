-- By which accounts of an identity provider people sign in.

-- name: give
INSERT INTO identity_link (link, member, issuer, made_at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: take_away
DELETE FROM identity_link WHERE member = %s

-- name: whose
SELECT member FROM identity_link WHERE link = %s

-- name: since
SELECT member, made_at FROM identity_link WHERE member = ANY (%s)
