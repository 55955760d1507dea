-- The staff directory, with sealed names. Who is bound to an institution whose region is not known sees nobody. A
-- township's prefix is its code. `granted_by` gave the role that somebody has now, or ended their second factor, and
-- `let_in_by` handed them a token last: two people, so that nobody enters as somebody whom they made. Either is null where
-- it was done at the machine.
CREATE TABLE member (
    member      uuid  PRIMARY KEY,
    name        bytea NOT NULL,
    role        text  NOT NULL,
    institution uuid  REFERENCES institution,
    prefix      text,
    granted_by  uuid  REFERENCES member,
    let_in_by   uuid  REFERENCES member,
    CHECK ((institution IS NOT NULL) = (role IN ('staff', 'supervisor', 'auditor'))),
    CHECK (prefix IS NULL OR role IN ('placement_officer', 'bureau', 'township')),
    CHECK (role <> 'township' OR coalesce(prefix ~ '^[0-9]{9}$', false))
);
