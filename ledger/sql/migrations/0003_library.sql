-- Ledgers of two kinds. In a children's ledger every stream begins at version 1. One of the eventsourcing library's
-- applications keeps its events in the same tables, by the same function; there a stream begins at any version, and
-- goes on without gaps from it. Which kind a ledger is, is settled when it is made: only its owner could change it.
ALTER TABLE head ADD COLUMN library boolean NOT NULL DEFAULT false;

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
-- began; without sequential scans, because a plan made while the table was small is kept when it has grown;
-- and without compiling, which takes longer than a batch.
CREATE OR REPLACE FUNCTION append(
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
    -- another: they are judged in one statement. A single entry is done with sooner without it.
    independent := entries > 1 AND cardinality(read_by) = 0 AND (
        SELECT count(DISTINCT n.entry_id) = entries AND count(DISTINCT n.stream) = appends[entries]
          FROM unnest(entry_ids, streams) AS n (entry_id, stream)
    );

    IF independent THEN
        SELECT array_agg(CASE WHEN j.present = j.entries AND j.same THEN 'repeated'
                              WHEN j.present > 0 THEN 'mismatch'
                              WHEN j.expected <> j.current_version THEN 'stale'
                              ELSE 'accepted' END ORDER BY j.append),
               array_agg(j.current_version ORDER BY j.append)
          INTO verdicts, current_versions
          FROM (SELECT n.append, count(*) AS entries, min(n.version) - 1 AS expected,
                       count(n.same) AS present, bool_and(n.same) AS same,
                       coalesce((SELECT max(e.version) FROM entry e WHERE e.stream = n.stream),
                                CASE WHEN anywhere THEN min(n.version) - 1 ELSE 0 END) AS current_version
                  FROM (SELECT u.append, u.stream, u.version,
                               (SELECT e.stream = u.stream
                                       AND e.fingerprint IS NOT DISTINCT FROM u.fingerprint
                                  FROM entry e WHERE e.entry_id = u.entry_id) AS same
                          FROM unnest(appends, entry_ids, streams, versions, fingerprints)
                               AS u (append, entry_id, stream, version, fingerprint)) n
                 GROUP BY n.append, n.stream) j;
        IF NOT all_or_nothing OR NOT verdicts && ARRAY['stale', 'mismatch'] THEN
            INSERT INTO entry (position, recorded_at, entry_id, stream, kind, version, type, schema,
                               occurred_on, occurred_until, institution, fingerprint, body)
            SELECT first_position + n.place, first_moment + n.place * tick, n.entry_id, n.stream, n.kind,
                   n.version, n.type, n.schema, n.day_from, n.day_until, n.institution, n.fingerprint, n.body
              FROM (SELECT row_number() OVER (ORDER BY u.number) - 1 AS place, u.*
                      FROM unnest(appends, entry_ids, streams, kinds, versions, types, schemas, days_from,
                                  days_until, institutions, fingerprints, bodies) WITH ORDINALITY
                           AS u (append, entry_id, stream, kind, version, type, schema, day_from, day_until,
                                 institution, fingerprint, body, number)
                     WHERE verdicts[u.append] = 'accepted') n;
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
