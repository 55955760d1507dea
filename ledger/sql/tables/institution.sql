-- The institutions. Each one's own stream tells its story; its row follows, to be looked up. A region that is not
-- known is null and in nobody's.
CREATE TABLE institution (
    institution uuid PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    uscc        text UNIQUE,
    region      text
);
