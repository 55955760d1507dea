-- How often somebody has recorded each type of event by a form.

-- name: count
INSERT INTO recorded_type AS r VALUES (%s, %s, 1) ON CONFLICT (member, type) DO UPDATE SET times = r.times + 1

-- name: most
SELECT type FROM recorded_type WHERE member = %s ORDER BY times DESC, type
