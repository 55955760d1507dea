-- The snapshots of an application's aggregates. `try` is one call's own: the same call, made again after its
-- connection was lost, knows by it what it did before.
CREATE TABLE snapshot (
    stream  uuid    NOT NULL,
    version integer NOT NULL,
    type    text    NOT NULL,
    body    bytea   NOT NULL,
    try     uuid    NOT NULL,
    PRIMARY KEY (stream, version)
);
