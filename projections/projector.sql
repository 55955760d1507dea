-- Up to which entry every read model is written, and by which version of rules and code.
DROP TABLE IF EXISTS projection;
CREATE TABLE projection (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint  NOT NULL,
    version  text    NOT NULL
);
INSERT INTO projection (position, version) VALUES (0, '');
GRANT SELECT, UPDATE ON projection TO :"reader";
