-- How many entries were recorded, by day of recording, type and origin; and how late, in days, all together.

-- name: table
CREATE TABLE activity (
    day       date   NOT NULL,
    type      text   NOT NULL,
    origin    text   NOT NULL,
    entries   bigint NOT NULL,
    days_late bigint NOT NULL,
    PRIMARY KEY (day, type, origin)
);

-- name: head
SELECT position FROM {ledger}.head

-- name: begin
INSERT INTO tracking VALUES (%(follower)s, %(application)s, 0, %(try)s) ON CONFLICT DO NOTHING

-- name: counted
SELECT notification_id FROM tracking WHERE follower = %(follower)s AND application = %(application)s FOR UPDATE

-- name: count
INSERT INTO activity AS a VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (day, type, origin) DO UPDATE
   SET entries = a.entries + excluded.entries, days_late = a.days_late + excluded.days_late

-- name: recorded
SELECT type, origin, sum(entries)::bigint AS entries, sum(days_late)::bigint AS days_late
  FROM {activity}
 GROUP BY type, origin
 ORDER BY type, origin
