-- Begins the log of an epoch, without leaves, unless it is there.
CREATE OR REPLACE FUNCTION begin_log(of_leaves text, of_epoch integer, with_origin text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO log (leaves, epoch, origin) VALUES (of_leaves, of_epoch, with_origin) ON CONFLICT DO NOTHING;
END
$$;
