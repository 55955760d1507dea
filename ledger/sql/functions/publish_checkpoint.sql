-- Publishes the signed checkpoint of a log at its present size; one of a tree that has grown since is not published.
CREATE OR REPLACE FUNCTION publish_checkpoint(of_epoch integer, at_size bigint, signed text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
    UPDATE log SET note = signed WHERE epoch = of_epoch AND size = at_size
$$;
