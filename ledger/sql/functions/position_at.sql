-- The last position recorded at or before an instant, found by halving: recorded_at grows with position.
CREATE OR REPLACE FUNCTION position_at(instant timestamptz) RETURNS bigint
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
