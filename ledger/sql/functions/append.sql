-- Appends a batch. The arrays up to `bodies` have one element per entry, in order; `appends` says to which
-- append it belongs, counted from 1. `read_by`, `read_streams` and `read_versions` name streams an append was
-- judged by, `named_by` and `names` what its entries name. The version of what is read and
-- named counts the entries of that stream and the appends that name it.
--
-- `verdicts` has one element per append: accepted; repeated, when all its entries are there with its stream
-- and fingerprint; mismatch, when some are; stale, with the version of its stream in `current_versions`;
-- withheld, when nothing is wrong with it, but another one of an all-or-nothing batch was refused. What is
-- accepted stands from `first_position` and `first_moment` on, one position and one microsecond per entry.
--
-- Of a stream without entries in a ledger of the library's, any version is the current one.
--
-- Appends are judged in order, each as if those refused before it had never come. The head is locked first,
-- so what later statements see cannot change any more: judging before inserting is exact, and nothing
-- refused is written. Runs at READ COMMITTED, where each statement sees all that was committed before it
-- began; with plans that are made once, whatever is appended, because making one takes longer than following
-- it; without sequential scans, because a plan made while the table was small is kept when it has grown; and
-- without compiling, which takes longer than a batch.
CREATE OR REPLACE FUNCTION append(
    appends integer[], entry_ids uuid[], streams uuid[], kinds text[], versions integer[], types text[],
    schemas integer[], days_from date[], days_until date[], institutions uuid[], fingerprints bytea[],
    bodies bytea[], read_by integer[], read_streams uuid[], read_versions integer[],
    named_by integer[], names uuid[], all_or_nothing boolean,
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

    -- Appends to different streams, with entry ids of their own, that read and name nothing, cannot touch one
    -- another: they are judged in one statement. Entries are taken from the arrays by their number, because
    -- unnesting a dozen arrays makes a dozen tables first.
    independent := cardinality(read_by) = 0 AND cardinality(named_by) = 0;
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
                                        + (SELECT count(*) FROM naming n
                                            WHERE n.name = r.stream
                                              AND EXISTS (SELECT FROM unnest(named_by, names) AS own (append, name)
                                                           WHERE own.append = this AND own.name = n.name))
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
                    IF this = ANY (named_by) THEN
                        INSERT INTO naming (name, position)
                        SELECT DISTINCT n.name, first_position + accepted - 1
                          FROM unnest(named_by, names) AS n (append, name)
                         WHERE n.append = this;
                    END IF;
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
