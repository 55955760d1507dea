-- Sessions of the console, and what is kept of them beside the token table: what was searched for.

-- name: session
SELECT token, member FROM token WHERE digest = %b AND reason IS NOT NULL

-- name: add_ticket
INSERT INTO search_ticket (ticket, session, made_at, query) VALUES (%s, %s, %s, %b)

-- name: ticket
SELECT query FROM search_ticket WHERE ticket = %s AND session = %s

-- name: trim_tickets
DELETE FROM search_ticket
 WHERE session = %s
   AND ticket NOT IN (SELECT ticket FROM search_ticket WHERE session = %s ORDER BY made_at DESC, ticket LIMIT %s)

-- name: forget_tickets
DELETE FROM search_ticket WHERE session = %s

-- name: forget_old_tickets
DELETE FROM search_ticket WHERE made_at < %s

-- name: forget_shown
DELETE FROM shown_page WHERE session = %s

-- name: forget_old_shown
DELETE FROM shown_page WHERE made_at < %s
