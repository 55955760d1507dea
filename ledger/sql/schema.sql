-- A children's ledger as all migrations leave it: to be read, never run. The migrations, and what they make
-- described in schema.txt, are what counts; a test holds this equal to them.
--
-- A ledger is two schemas, `<ledger>` and `<ledger>_keys`, of one owner, who can not log in. Its writer appends and
-- its reader reads: what they may is said at the end of each schema, and nobody else may anything.

-- name: keys
-- The key store: one wrapped data key per subject and category, apart from the entries it opens and backed up
-- apart from them. Erasing empties the row of a key and keeps it, so that whoever seals for the same subject later
-- makes no key again; nobody who serves requests may.
CREATE TABLE data_key (
    subject  uuid  NOT NULL,
    category text  NOT NULL,
    wrapped  bytea,
    PRIMARY KEY (subject, category)
);

-- Which migrations were applied, by their SHA-256.
CREATE TABLE migration (name text PRIMARY KEY, checksum bytea NOT NULL);

GRANT USAGE ON SCHEMA :"schema" TO :"writer", :"reader";
GRANT SELECT ON migration TO :"writer", :"reader";
GRANT SELECT, INSERT ON data_key TO :"writer";
GRANT SELECT ON data_key TO :"reader";

-- name: ledger
-- The last position given out and the moment at or before which nothing more will be recorded. Whoever holds
-- this row is the only one appending: that is what keeps positions without gaps and in the order of commits.
-- `library`: the ledger keeps the events of an application of the eventsourcing library, not children's.
CREATE TABLE head (
    one         boolean     PRIMARY KEY DEFAULT true CHECK (one),
    position    bigint      NOT NULL DEFAULT 0,
    recorded_at timestamptz,
    epoch       integer     NOT NULL DEFAULT 1,
    library     boolean     NOT NULL DEFAULT false
);

INSERT INTO head DEFAULT VALUES;

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

-- Appends a batch. The arrays up to `bodies` have one element per entry, in order; `appends` says to which
-- append it belongs, counted from 1. `read_by`, `read_streams` and `read_versions` name streams an append was
-- judged by.
--
-- `verdicts` has one element per append: accepted; repeated, when all its entries are there with its stream
-- and fingerprint; mismatch, when some are; stale, with the version of its stream in `current_versions`;
-- withheld, when nothing is wrong with it, but another one of an all-or-nothing batch was refused. What is
-- accepted stands from `first_position` and `first_moment` on, one position and one microsecond per entry.
--
-- Of a stream without entries in a ledger of the library's, any version is the current one.
--
-- Appends are judged in order, each as if those refused before it had never come. The head is locked first,
-- so what later statements see can not change any more: judging before inserting is exact, and nothing
-- refused is written. Runs at READ COMMITTED, where each statement sees all that was committed before it
-- began; with plans that are made once, whatever is appended, because making one takes longer than following
-- it; without sequential scans, because a plan made while the table was small is kept when it has grown; and
-- without compiling, which takes longer than a batch.
CREATE FUNCTION append(
    appends integer[], entry_ids uuid[], streams uuid[], kinds text[], versions integer[], types text[],
    schemas integer[], days_from date[], days_until date[], institutions uuid[], fingerprints bytea[],
    bodies bytea[], read_by integer[], read_streams uuid[], read_versions integer[],
    all_or_nothing boolean,
    OUT first_position bigint, OUT first_moment timestamptz,
    OUT verdicts text[], OUT current_versions integer[]
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
SET enable_seqscan = off
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    tick            CONSTANT interval := '1 microsecond';
    entries         CONSTANT integer  := cardinality(appends);
    accepted        integer := 0;
    first_entry     integer;
    last_entry      integer := 0;
    present         integer;
    same            boolean;
    current_version integer;
    independent     boolean;
    anywhere        boolean;
BEGIN
    SELECT h.position + 1, h.recorded_at + tick, h.library INTO STRICT first_position, first_moment, anywhere
      FROM head h WHERE h.one FOR UPDATE;
    first_moment := greatest(first_moment, clock_timestamp());

    -- Appends to different streams, with entry ids of their own, that read no other stream, can not touch one
    -- another: they are judged in one statement. Entries are taken from the arrays by their number, because
    -- unnesting a dozen arrays makes a dozen tables first.
    independent := cardinality(read_by) = 0;
    IF independent AND appends[entries] > 1 THEN
        SELECT count(DISTINCT entry_ids[n]) = entries AND count(DISTINCT streams[n]) = appends[entries]
          INTO independent
          FROM generate_series(1, entries) AS n;
    END IF;

    IF independent THEN
        SELECT array_agg(CASE WHEN j.present = j.entries AND j.same THEN 'repeated'
                              WHEN j.present > 0 THEN 'mismatch'
                              WHEN j.expected <> j.current_version THEN 'stale'
                              ELSE 'accepted' END ORDER BY j.append),
               array_agg(j.current_version ORDER BY j.append)
          INTO verdicts, current_versions
          FROM (SELECT e.append, count(*) AS entries, min(e.version) - 1 AS expected,
                       count(e.same) AS present, bool_and(e.same) AS same,
                       coalesce((SELECT s.version FROM entry s WHERE s.stream = e.stream
                                  ORDER BY s.version DESC LIMIT 1),
                                CASE WHEN anywhere THEN min(e.version) - 1 ELSE 0 END) AS current_version
                  FROM (SELECT appends[n] AS append, streams[n] AS stream, versions[n] AS version,
                               (SELECT s.stream = streams[n]
                                       AND s.fingerprint IS NOT DISTINCT FROM fingerprints[n]
                                  FROM entry s WHERE s.entry_id = entry_ids[n]) AS same
                          FROM generate_series(1, entries) AS n
                        OFFSET 0) e -- Without it each would be looked up once for every use of `same`.
                 GROUP BY e.append, e.stream) j;
        IF NOT all_or_nothing OR NOT verdicts && ARRAY['stale', 'mismatch'] THEN
            INSERT INTO entry (position, recorded_at, entry_id, stream, kind, version, type, schema,
                               occurred_on, occurred_until, institution, fingerprint, body)
            SELECT first_position + a.place, first_moment + a.place * tick, entry_ids[a.n], streams[a.n],
                   kinds[a.n], versions[a.n], types[a.n], schemas[a.n], days_from[a.n], days_until[a.n],
                   institutions[a.n], fingerprints[a.n], bodies[a.n]
              FROM (SELECT n, row_number() OVER (ORDER BY n) - 1 AS place
                      FROM generate_series(1, entries) AS n
                     WHERE verdicts[appends[n]] = 'accepted') a;
            GET DIAGNOSTICS accepted = ROW_COUNT;
        END IF;
    ELSE
        BEGIN
            FOR this IN 1 .. appends[entries] LOOP
                first_entry := last_entry + 1;
                last_entry := first_entry;
                WHILE appends[last_entry + 1] = this LOOP
                    last_entry := last_entry + 1;
                END LOOP;

                SELECT count(*), bool_and(e.stream = streams[first_entry]
                                          AND e.fingerprint IS NOT DISTINCT FROM fingerprints[first_entry]),
                       (SELECT coalesce(max(s.version),
                                        CASE WHEN anywhere THEN versions[first_entry] - 1 ELSE 0 END)
                          FROM entry s WHERE s.stream = streams[first_entry])
                  INTO present, same, current_version
                  FROM entry e WHERE e.entry_id = ANY (entry_ids[first_entry : last_entry]);
                current_versions[this] := current_version;
                IF present = last_entry - first_entry + 1 AND same THEN
                    verdicts[this] := 'repeated';
                ELSIF present > 0 THEN
                    verdicts[this] := 'mismatch';
                ELSIF current_version <> versions[first_entry] - 1 OR cardinality(read_by) > 0 AND EXISTS (
                    SELECT FROM unnest(read_by, read_streams, read_versions) AS r (append, stream, version)
                     WHERE r.append = this
                       AND r.version <> (SELECT coalesce(max(e.version), 0)
                                           FROM entry e WHERE e.stream = r.stream)
                ) THEN
                    verdicts[this] := 'stale';
                ELSE
                    verdicts[this] := 'accepted';
                    FOR n IN first_entry .. last_entry LOOP
                        INSERT INTO entry (position, recorded_at, entry_id, stream, kind, version, type,
                                           schema, occurred_on, occurred_until, institution, fingerprint,
                                           body)
                        VALUES (first_position + accepted, first_moment + accepted * tick, entry_ids[n],
                                streams[n], kinds[n], versions[n], types[n], schemas[n], days_from[n],
                                days_until[n], institutions[n], fingerprints[n], bodies[n]);
                        accepted := accepted + 1;
                    END LOOP;
                END IF;
            END LOOP;
            IF all_or_nothing AND verdicts && ARRAY['stale', 'mismatch'] THEN
                RAISE SQLSTATE 'CL001' USING MESSAGE = 'all or nothing';
            END IF;
        EXCEPTION WHEN SQLSTATE 'CL001' THEN
            accepted := 0;
        END;
    END IF;

    IF accepted > 0 THEN
        UPDATE head SET position = first_position + accepted - 1,
                        recorded_at = first_moment + (accepted - 1) * tick
         WHERE one;
    ELSE
        verdicts := array_replace(verdicts, 'accepted', 'withheld');
    END IF;
END
$$;

-- The last position recorded at or before an instant, found by halving: recorded_at grows with position.
CREATE FUNCTION position_at(instant timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    low    bigint := 0;
    high   bigint := (SELECT h.position FROM head h);
    middle bigint;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        IF (SELECT e.recorded_at FROM entry e WHERE e.position = middle) <= instant THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$$;

-- Lets nothing more be recorded at or before an instant, or at or before now where the instant is still to
-- come, so that what was known at it is settled for ever. Waits for the batch that is being appended.
CREATE FUNCTION settle(instant timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
    UPDATE head SET recorded_at = greatest(recorded_at, least(instant, clock_timestamp()));
$$;

-- The epochs begun after entries were lost, as when an older backup was restored: positions after `began_after`
-- were given out before, to entries that are no longer there, and mean other entries now. `witness` is what said
-- so, as it stood outside the database: the last position of the time before, its hash and the key file's stamp;
-- null where there was none. A ledger's first epoch has no row.
CREATE TABLE epoch (
    epoch       integer     PRIMARY KEY CHECK (epoch > 1),
    began_after bigint      NOT NULL CHECK (began_after >= 0),
    witness     text,
    at          timestamptz NOT NULL
);


-- Who may enter: the institutions, the staff directory with its sealed names, and tokens, of which only digests are
-- kept. An institution's own stream tells its story; its row follows, to be looked up. A region that is not known is
-- null and in nobody's, and who is bound to it sees nobody.
CREATE TABLE institution (
    institution uuid PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    uscc        text UNIQUE,
    region      text
);

CREATE TABLE member (
    member      uuid  PRIMARY KEY,
    name        bytea NOT NULL,
    role        text  NOT NULL,
    institution uuid  REFERENCES institution,
    prefix      text,
    CHECK ((institution IS NOT NULL) = (role IN ('staff', 'supervisor', 'auditor'))),
    CHECK (prefix IS NULL OR role IN ('placement_officer', 'bureau'))
);

CREATE TABLE token (
    token       uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    member      uuid        NOT NULL REFERENCES member,
    digest      bytea       NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    purpose     text        NOT NULL,
    made_at     timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    revoked_at  timestamptz,
    used_at     timestamptz,
    may_approve boolean     NOT NULL DEFAULT true
);
CREATE INDEX ON token (member);


-- Who read what is personal of which file. Nobody who serves requests may change or remove a line.
CREATE TABLE access (
    access      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    request     text        NOT NULL,
    member      uuid        NOT NULL,
    role        text        NOT NULL,
    institution uuid,
    child       uuid        NOT NULL,
    categories  text[]      NOT NULL,
    purpose     text        NOT NULL
);
CREATE INDEX ON access (child, access);

-- The read models' generations. The tables of all read models of one version of rules, code and tables stand in a
-- schema of their own, `<ledger>_views_<number>`, so that a new one is made and filled beside the one that is read.
-- Making and dropping them is the owner's; filling them and following the ledger is the reader's.

-- While a generation is built its files are written in the order of their ids: `through` is the ledger's position
-- when that began, `walked` the last file that is written. It is read from once `built_at` says so.
CREATE TABLE generation (
    number   integer     PRIMARY KEY,
    version  text        NOT NULL,
    shape    text        NOT NULL,
    made_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    through  bigint,
    walked   uuid,
    built_at timestamptz
);

-- Up to which entry each read model of a generation is written. One that can not go on is stopped: by which error,
-- in its class's name alone, and since when.
CREATE TABLE read_model (
    generation integer NOT NULL REFERENCES generation ON DELETE CASCADE,
    model      text    NOT NULL,
    position   bigint  NOT NULL DEFAULT 0,
    stopped_by text,
    stopped_at timestamptz,
    PRIMARY KEY (generation, model)
);

-- Which migrations were applied, by their SHA-256.
CREATE TABLE migration (name text PRIMARY KEY, checksum bytea NOT NULL);

-- Who may do what.
GRANT USAGE ON SCHEMA :"schema" TO :"writer", :"reader";
GRANT SELECT ON migration TO :"writer", :"reader";

REVOKE ALL ON FUNCTION append, position_at, settle FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append, settle TO :"writer";
GRANT EXECUTE ON FUNCTION position_at TO :"reader";
GRANT SELECT ON head, entry TO :"reader";
GRANT SELECT ON epoch TO :"reader";

GRANT SELECT ON institution, member, token TO :"reader";
GRANT SELECT, INSERT ON institution, member, token TO :"writer";
GRANT UPDATE (name, uscc, region) ON institution TO :"writer";
GRANT UPDATE (revoked_at, used_at) ON token TO :"writer";
GRANT INSERT ON access TO :"writer";
GRANT SELECT ON access TO :"reader";

GRANT SELECT ON generation, read_model TO :"reader";
GRANT UPDATE (through, walked, built_at) ON generation TO :"reader";
GRANT UPDATE (position, stopped_by, stopped_at) ON read_model TO :"reader";
