-- Notes accesses in the order given, one element of each array for each. The head is advanced first, which is the lock:
-- positions have no gaps and stand in the order of commits, so that a log can follow them.
CREATE OR REPLACE FUNCTION note_accesses(
    moments timestamptz[], requests text[], members uuid[], roles text[], institutions uuid[], children uuid[],
    category_lists text[], purposes text[], positions_known bigint[], reasons text[], emergencies uuid[],
    salts bytea[]
) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
    WITH advanced AS (
        UPDATE access_head SET position = position + cardinality(moments) WHERE one RETURNING position
    )
    INSERT INTO access (position, at, request, member, role, institution, child, categories, purpose, known, reason,
                        emergency, salt)
    SELECT advanced.position - cardinality(moments) + n, moments[n], requests[n], members[n], roles[n], institutions[n],
           children[n], string_to_array(category_lists[n], ' '), purposes[n], positions_known[n], reasons[n],
           emergencies[n], salts[n]
      FROM advanced, generate_series(1, cardinality(moments)) AS n
$$;
