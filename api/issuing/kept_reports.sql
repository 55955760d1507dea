-- Reports as they were issued, by their digests.

-- name: keep
INSERT INTO issued_report (sha256, content) VALUES (%b, %b) ON CONFLICT DO NOTHING

-- name: kept
SELECT content FROM issued_report WHERE sha256 = %b

-- name: issuers
SELECT issuer FROM unnest(%s::uuid[]) AS issuer
 WHERE EXISTS (SELECT FROM entry WHERE entry.stream = issuer AND entry.type = %s)
