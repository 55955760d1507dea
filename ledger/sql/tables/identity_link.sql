-- Who signs in by which account of an identity provider: the account is found by a keyed digest of issuer and subject, and
-- kept in no other way.
CREATE TABLE identity_link (
    link    uuid        PRIMARY KEY,
    member  uuid        NOT NULL UNIQUE REFERENCES member,
    issuer  text        NOT NULL,
    made_at timestamptz NOT NULL
);
