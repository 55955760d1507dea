-- One row an institution, as it is now.

-- name: table
CREATE TABLE institutions (
    institution uuid PRIMARY KEY,
    name        text NOT NULL,
    rulebook    text NOT NULL
);
