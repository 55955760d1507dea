-- Publishes the signed checkpoint of a log, unless a larger one is published; its second line is its size.
-- One that witnesses have cosigned since was signed when it was signed first.
CREATE OR REPLACE FUNCTION publish_checkpoint(of_leaves text, of_epoch integer, at_size bigint, signed text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    moment CONSTANT timestamptz := now();
BEGIN
    UPDATE log SET note = signed,
           signed_at = CASE WHEN split_part(note, chr(10), 2)::bigint = at_size THEN signed_at ELSE moment END
     WHERE leaves = of_leaves AND epoch = of_epoch AND size >= at_size
       AND (note IS NULL OR split_part(note, chr(10), 2)::bigint <= at_size);
END
$$;
