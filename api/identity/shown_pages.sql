-- What came of forms that were sent, as pages.

-- name: keep
INSERT INTO shown_page (ticket, session, made_at, content) VALUES (%s, %s, %s, %b)

-- name: trim
DELETE FROM shown_page
 WHERE session = %s
   AND ticket NOT IN (SELECT ticket FROM shown_page WHERE session = %s ORDER BY made_at DESC, ticket LIMIT %s)

-- name: kept
SELECT content FROM shown_page WHERE ticket = %s AND session = %s

-- name: forget
DELETE FROM shown_page WHERE ticket = %s AND session = %s

-- name: forget_all
DELETE FROM shown_page
