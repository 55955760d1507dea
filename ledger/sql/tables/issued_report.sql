-- Reports as they were issued, by the digest that the institution's file has of each: numbers of children, and nothing of any
-- child. Nobody changes one.
CREATE TABLE issued_report (
    sha256  bytea PRIMARY KEY CHECK (length(sha256) = 32),
    content bytea NOT NULL
);
