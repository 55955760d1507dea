-- Lets a log grow from one size to another, with the tiles that change; false if another process was quicker. Of a
-- tile that stands nothing is ever changed: what replaces it begins with it.
CREATE OR REPLACE FUNCTION grow_log(
    of_leaves text, of_epoch integer, size_before bigint, size_after bigint,
    levels integer[], numbers integer[], contents bytea[]
) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE log SET size = size_after
     WHERE leaves = of_leaves AND epoch = of_epoch AND size = size_before AND size_after > size_before;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF EXISTS (
        SELECT FROM unnest(levels, numbers, contents) AS put (level, number, content)
          JOIN log_tile AS tile ON tile.leaves = of_leaves AND tile.epoch = of_epoch
                               AND tile.level = put.level AND tile.number = put.number
         WHERE substr(put.content, 1, length(tile.content)) <> tile.content
    ) THEN
        RAISE EXCEPTION 'a tile of the log would be changed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO log_tile (leaves, epoch, level, number, content)
    SELECT of_leaves, of_epoch, level, number, content
      FROM unnest(levels, numbers, contents) AS put (level, number, content)
        ON CONFLICT (leaves, epoch, level, number) DO UPDATE SET content = EXCLUDED.content;
    RETURN true;
END
$$;
