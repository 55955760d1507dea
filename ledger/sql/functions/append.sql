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
-- refused is written. A few statements ask and change the tables, however many the appends; what those of one batch
-- are to one another is worked out in arrays. Runs at READ COMMITTED, where each statement sees all that was committed before it
-- began; without sequential scans, because a plan made while the table was small is kept when it has grown; and
-- without compiling, which takes longer than a batch. The writer's `plan_cache_mode` lets plans be made once, whatever is
-- appended, because making one takes longer than following it.
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
AS $$
DECLARE
    tick             CONSTANT interval := '1 microsecond';
    entries          CONSTANT integer  := cardinality(appends);
    reads            CONSTANT integer  := cardinality(read_by);
    anywhere         boolean;
    independent      boolean;
    sizes            integer[]; -- Of each append: its entries, how many are there, and as it would have them.
    present          integer[];
    same             boolean[];
    subjects         integer[]; -- Of each entry's stream, each stream read and each name: its number among them.
    subject_versions integer[]; -- Of each such number: the stream's version, how many name it, which append last.
    subject_names    integer[];
    named_in         integer[] := '{}';
    first_alike      integer[]; -- Of each entry: the first with its id; of each such one, the one accepted.
    recorded         integer[] := '{}';
    lasts            integer[] := '{}'; -- Of each append accepted: its last place among the entries accepted.
    accepted         integer := 0;
    first_entry      integer;
    last_entry       integer := 0;
    next_read        integer := 1;
    first_name       integer;
    next_name        integer := 1;
    subject          integer;
    earlier          integer;
    expected         integer;
    is_current       boolean;
BEGIN
    SELECT h.position + 1, h.recorded_at + tick, h.library INTO STRICT first_position, first_moment, anywhere
      FROM head h WHERE h.one FOR UPDATE;
    first_moment := greatest(first_moment, clock_timestamp());

    -- Appends to different streams, with entry ids of their own, that read and name nothing, cannot touch one
    -- another: they are judged in one statement. Entries are taken from the arrays by their number, because
    -- unnesting a dozen arrays makes a dozen tables first.
    independent := reads = 0 AND cardinality(named_by) = 0;
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
    ELSE
        -- Others are judged by what stands, and by what those before them in the batch add to it.
        SELECT array_agg(j.entries ORDER BY j.append), array_agg(j.present ORDER BY j.append),
               array_agg(j.same ORDER BY j.append)
          INTO sizes, present, same
          FROM (SELECT e.append, count(*)::integer AS entries, count(e.same)::integer AS present,
                       bool_and(e.same) AS same
                  FROM (SELECT appends[n] AS append,
                               (SELECT s.stream = streams[n]
                                       AND s.fingerprint IS NOT DISTINCT FROM fingerprints[n]
                                  FROM entry s WHERE s.entry_id = entry_ids[n]) AS same
                          FROM generate_series(1, entries) AS n
                        OFFSET 0) e
                 GROUP BY e.append) j;
        SELECT array_agg(s.subject ORDER BY s.n),
               array_agg(s.version ORDER BY s.subject) FILTER (WHERE s.first),
               array_agg(s.names ORDER BY s.subject) FILTER (WHERE s.first)
          INTO subjects, subject_versions, subject_names
          FROM (SELECT d.n, d.subject, d.first,
                       CASE WHEN d.first THEN (SELECT e.version FROM entry e WHERE e.stream = d.id
                                                ORDER BY e.version DESC LIMIT 1) END AS version,
                       CASE WHEN d.first AND d.named THEN (SELECT count(*)::integer FROM naming WHERE name = d.id)
                            ELSE 0 END AS names
                  FROM (SELECT a.n, a.id, dense_rank() OVER (ORDER BY a.id) AS subject,
                               row_number() OVER (PARTITION BY a.id ORDER BY a.n) = 1 AS first,
                               max(a.n) OVER (PARTITION BY a.id) > entries + reads AS named
                          FROM unnest(streams || read_streams || names) WITH ORDINALITY AS a (id, n)) d) s;
        SELECT array_agg(a.first ORDER BY a.n)
          INTO first_alike
          FROM (SELECT n, min(n) OVER (PARTITION BY entry_ids[n]) AS first FROM generate_series(1, entries) AS n) a;

        FOR this IN 1 .. appends[entries] LOOP
            first_entry := last_entry + 1;
            last_entry := last_entry + sizes[this];
            subject := subjects[first_entry];
            expected := versions[first_entry] - 1;
            current_versions[this] := coalesce(subject_versions[subject], CASE WHEN anywhere THEN expected ELSE 0 END);
            is_current := current_versions[this] = expected;
            FOR n IN first_entry .. last_entry LOOP
                earlier := recorded[first_alike[n]];
                IF earlier IS NOT NULL THEN
                    present[this] := present[this] + 1;
                    same[this] := coalesce(same[this], true) AND streams[earlier] = streams[n]
                                  AND fingerprints[earlier] IS NOT DISTINCT FROM fingerprints[n];
                END IF;
            END LOOP;
            first_name := next_name;
            WHILE named_by[next_name] = this LOOP
                named_in[subjects[entries + reads + next_name]] := this;
                next_name := next_name + 1;
            END LOOP;
            WHILE read_by[next_read] = this LOOP
                subject := subjects[entries + next_read];
                is_current := is_current
                    AND read_versions[next_read] = coalesce(subject_versions[subject], 0)
                                                   + CASE WHEN named_in[subject] = this THEN subject_names[subject]
                                                          ELSE 0 END;
                next_read := next_read + 1;
            END LOOP;
            IF present[this] = sizes[this] AND same[this] THEN
                verdicts[this] := 'repeated';
            ELSIF present[this] > 0 THEN
                verdicts[this] := 'mismatch';
            ELSIF NOT is_current THEN
                verdicts[this] := 'stale';
            ELSE
                verdicts[this] := 'accepted';
                accepted := accepted + sizes[this];
                lasts[this] := accepted;
                subject_versions[subjects[first_entry]] := expected + sizes[this];
                FOR n IN first_entry .. last_entry LOOP
                    recorded[first_alike[n]] := n;
                END LOOP;
                FOR n IN first_name .. next_name - 1 LOOP
                    subject := subjects[entries + reads + n];
                    IF named_in[subject] = this THEN
                        subject_names[subject] := subject_names[subject] + 1;
                        named_in[subject] := NULL;
                    END IF;
                END LOOP;
            END IF;
        END LOOP;
    END IF;

    accepted := 0;
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

    IF accepted = 0 THEN
        verdicts := array_replace(verdicts, 'accepted', 'withheld');
        RETURN;
    END IF;
    IF cardinality(named_by) > 0 THEN
        INSERT INTO naming (name, position)
        SELECT DISTINCT names[n], first_position + lasts[named_by[n]] - 1
          FROM generate_series(1, cardinality(named_by)) AS n
         WHERE verdicts[named_by[n]] = 'accepted';
    END IF;
    UPDATE head SET position = first_position + accepted - 1,
                    recorded_at = first_moment + (accepted - 1) * tick
     WHERE one;
END
$$;
