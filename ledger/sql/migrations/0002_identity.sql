-- Who may enter: the institutions, the staff directory with its sealed names, and tokens, of which only digests are
-- kept. An institution's own stream tells its story; its row is there to be looked up.
CREATE TABLE institution (
    institution uuid PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    uscc        text UNIQUE,
    region      text NOT NULL
);

CREATE TABLE member (
    member      uuid  PRIMARY KEY,
    name        bytea NOT NULL,
    role        text  NOT NULL,
    institution uuid  REFERENCES institution,
    prefix      text,
    CHECK ((institution IS NOT NULL) = (role IN ('staff', 'supervisor', 'auditor'))),
    CHECK ((prefix IS NOT NULL) = (role IN ('placement_officer', 'bureau')))
);

CREATE TABLE token (
    token      uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    member     uuid        NOT NULL REFERENCES member,
    digest     bytea       NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    purpose    text        NOT NULL,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    used_at    timestamptz
);
CREATE INDEX ON token (member);

GRANT SELECT ON institution, member, token TO :"reader";
GRANT SELECT, INSERT ON institution, member, token TO :"writer";
GRANT UPDATE (revoked_at, used_at) ON token TO :"writer";

-- Who read what is personal of which file. Nobody who serves requests may change or remove a line.
CREATE TABLE access (
    access      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    request     text        NOT NULL,
    member      uuid        NOT NULL,
    role        text        NOT NULL,
    institution uuid,
    child       uuid        NOT NULL,
    categories  text[]      NOT NULL,
    purpose     text        NOT NULL
);
CREATE INDEX ON access (child, access);

GRANT INSERT ON access TO :"writer";
GRANT SELECT ON access TO :"reader";
