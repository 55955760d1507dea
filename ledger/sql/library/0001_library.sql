-- What a ledger of the eventsourcing library's has beside the tables of every ledger. Never run in a children's.

UPDATE head SET library = true;
ALTER TABLE entry DROP CONSTRAINT entry_version_check;

-- The one application whose events these are: another one would mistake them for its own.
CREATE TABLE application (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    name text    NOT NULL
);

-- `try` is one call's own: the same call, made again after its connection was lost, knows by it what it did before.
CREATE TABLE snapshot (
    stream  uuid    NOT NULL,
    version integer NOT NULL,
    type    text    NOT NULL,
    body    bytea   NOT NULL,
    try     uuid    NOT NULL,
    PRIMARY KEY (stream, version)
);

-- How far each follower has come with each application that it follows.
CREATE TABLE tracking (
    follower        text   NOT NULL,
    application     text   NOT NULL,
    notification_id bigint NOT NULL,
    try             uuid   NOT NULL,
    PRIMARY KEY (follower, application)
);

GRANT SELECT ON head, entry TO :"writer";
GRANT SELECT, INSERT ON application, snapshot TO :"writer";
GRANT SELECT, INSERT, UPDATE ON tracking TO :"writer";
GRANT SELECT ON application, snapshot, tracking TO :"reader";
