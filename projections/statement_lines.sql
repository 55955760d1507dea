-- What files say line by line, as it stands once everything has happened. What is told of a line stands in `content`,
-- but for what is personal, which is sealed. Of what rests on a category that is sealed wholly only days stand here.

-- name: table
CREATE TABLE statement_lines (
    child     uuid   NOT NULL,
    statement text   NOT NULL,
    number    bigint NOT NULL,
    opened    bigint NOT NULL,
    first_on  date   NOT NULL,
    through   date,
    told_by   text   NOT NULL,
    rests_on  text[] NOT NULL,
    keys      text[] NOT NULL,
    terms     text[] NOT NULL,
    content   text   NOT NULL,
    personal  text,
    sealed    bytea,
    PRIMARY KEY (child, number, first_on)
);
CREATE INDEX ON statement_lines (statement, opened, first_on, told_by, number);
CREATE INDEX ON statement_lines (statement, opened, first_on, told_by, number) WHERE sealed IS NOT NULL;
-- By each of what lines are sorted by, which is another thing in each statement; empty where a line has nothing there.
CREATE INDEX ON statement_lines (statement, (keys[1]), opened, first_on, told_by, number) WHERE keys[1] IS NOT NULL;
CREATE INDEX ON statement_lines (statement, (keys[2]), opened, first_on, told_by, number) WHERE keys[2] IS NOT NULL;
CREATE INDEX ON statement_lines (statement, (keys[3]), opened, first_on, told_by, number) WHERE keys[3] IS NOT NULL;
CREATE INDEX ON statement_lines (statement, (keys[4]), opened, first_on, told_by, number) WHERE keys[4] IS NOT NULL;
CREATE INDEX ON statement_lines (statement, (keys[5]), opened, first_on, told_by, number) WHERE keys[5] IS NOT NULL;
CREATE INDEX ON statement_lines (statement, (keys[6]), opened, first_on, told_by, number) WHERE keys[6] IS NOT NULL;
CREATE INDEX ON statement_lines (statement, (keys[7]), opened, first_on, told_by, number) WHERE keys[7] IS NOT NULL;
CREATE INDEX ON statement_lines (statement, (keys[8]), opened, first_on, told_by, number) WHERE keys[8] IS NOT NULL;
CREATE INDEX ON statement_lines (statement, (keys[9]), opened, first_on, told_by, number) WHERE keys[9] IS NOT NULL;
CREATE INDEX ON statement_lines (statement, (keys[10]), opened, first_on, told_by, number) WHERE keys[10] IS NOT NULL;
CREATE INDEX ON statement_lines (statement, (keys[11]), opened, first_on, told_by, number) WHERE keys[11] IS NOT NULL;

-- name: lines
SELECT told.*
  FROM (SELECT stored.*, stored.first_on AS told_on, stored.keys[{slot}] AS sort_key
          FROM statement_lines AS stored
         WHERE stored.statement = %(statement)s AND {chosen}) AS told
  JOIN register ON register.child = told.child

-- name: monthly
-- A line that stands anew each month is told once for each month that has ended.
SELECT told.*
  FROM (SELECT stored.*, month.told_on, stored.keys[{slot}] AS sort_key
          FROM statement_lines AS stored
         CROSS JOIN LATERAL (
               SELECT stored.first_on AS told_on WHERE stored.through IS NULL
                UNION ALL
               SELECT each::date
                 FROM generate_series(greatest(stored.first_on, %(since_month)s)::timestamp,
                                      least(stored.through, %(last_month)s)::timestamp,
                                      interval '1 month') AS each
                WHERE stored.through IS NOT NULL) AS month
         WHERE stored.statement = %(statement)s AND {chosen}) AS told
  JOIN register ON register.child = told.child
