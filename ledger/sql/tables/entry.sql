-- `body` is the entry as it was recorded, all but its position and recorded_at; the other columns are copies
-- of what it says, to query by, and the fingerprint of the request that recorded it.
CREATE TABLE entry (
    position       bigint      PRIMARY KEY,
    recorded_at    timestamptz NOT NULL,
    entry_id       uuid        NOT NULL UNIQUE,
    stream         uuid        NOT NULL,
    kind           text        NOT NULL,
    version        integer     NOT NULL CHECK (version > 0),
    type           text        NOT NULL,
    schema         integer     NOT NULL,
    occurred_on    date,
    occurred_until date        NOT NULL CHECK (occurred_on <= occurred_until),
    institution    uuid,
    fingerprint    bytea,
    body           bytea       NOT NULL,
    UNIQUE (stream, version)
);
-- What was recorded more than seven days after its day, the latest by most days first. Asia/Shanghai by its offset since
-- 1991: by its name it is looked up for each entry and index.
CREATE INDEX ON entry ((occurred_until - (recorded_at AT TIME ZONE INTERVAL '08:00')::date), position)
    WHERE occurred_until - (recorded_at AT TIME ZONE INTERVAL '08:00')::date < -7;
-- The same without imports: the past of a register is nearly all late. The body is compact JSON, in which these bytes
-- stand for nothing else: no field of an event is called so, and quotes within texts are escaped.
CREATE INDEX ON entry ((occurred_until - (recorded_at AT TIME ZONE INTERVAL '08:00')::date), position)
    WHERE occurred_until - (recorded_at AT TIME ZONE INTERVAL '08:00')::date < -7
      AND position('"origin":"import"'::bytea IN body) = 0;
-- Emergency accesses and requests to erase, which are few.
CREATE INDEX ON entry (position) WHERE type = 'EmergencyAccessTaken';
CREATE INDEX ON entry (position) WHERE type = 'ErasureRequested';
-- The latest without imports, of which a person recorded some. That each has a position is said, so that no question reads
-- it that does not say so too: what was recorded late has an index of its own.
CREATE INDEX ON entry (position)
    WHERE position > 0 AND kind = 'child' AND position('"origin":"import"'::bytea IN body) = 0;
