-- The staff directory, with sealed names. Who is bound to an institution whose region is not known sees nobody. A
-- township's prefix is its code.
CREATE TABLE member (
    member      uuid  PRIMARY KEY,
    name        bytea NOT NULL,
    role        text  NOT NULL,
    institution uuid  REFERENCES institution,
    prefix      text,
    CHECK ((institution IS NOT NULL) = (role IN ('staff', 'supervisor', 'auditor'))),
    CHECK (prefix IS NULL OR role IN ('placement_officer', 'bureau', 'township')),
    CHECK (role <> 'township' OR coalesce(prefix ~ '^[0-9]{9}$', false))
);
