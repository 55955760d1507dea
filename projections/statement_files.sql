-- Files of which a statement is told, with the day since which its lines stand as they are kept.

-- name: table
CREATE TABLE statement_files (
    child       uuid   NOT NULL,
    statement   text   NOT NULL,
    opened      bigint NOT NULL,
    stand_since date   NOT NULL,
    PRIMARY KEY (child, statement)
);
CREATE INDEX ON statement_files (statement, stand_since, opened, child);
CREATE INDEX ON statement_files (statement, opened, child);

-- name: moved
SELECT files.child, files.statement, files.opened, files.stand_since
  FROM statement_files AS files
  JOIN register ON register.child = files.child
 WHERE files.statement = %(statement)s
   AND files.stand_since > %(day)s
   AND {condition}
 LIMIT %(most)s

-- name: moved_after
SELECT files.child, files.statement, files.opened, files.stand_since
  FROM statement_files AS files
  JOIN register ON register.child = files.child
 WHERE files.statement = %(statement)s
   AND files.stand_since > %(day)s
   AND files.opened >= %(since_opened)s
   AND {condition}
 ORDER BY files.opened
 LIMIT %(most)s
