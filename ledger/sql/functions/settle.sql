-- Lets nothing more be recorded at or before an instant, or at or before now where the instant is still to
-- come, so that what was known at it is settled for ever. Waits for the batch that is being appended.
CREATE OR REPLACE FUNCTION settle(instant timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    settled timestamptz;
BEGIN
    PERFORM FROM head WHERE one FOR UPDATE;
    settled := least(instant, clock_timestamp());
    UPDATE head SET recorded_at = greatest(recorded_at, settled) WHERE one;
END
$$;
