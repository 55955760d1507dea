-- By which second factor somebody signs in beside a password (TOTP, RFC 6238): the secret is sealed under their key, and the
-- writer alone may read it. Null until a first code was right; `last_step` is the time step of the code that was used last,
-- so that none is used twice.
CREATE TABLE second_factor (
    member       uuid        PRIMARY KEY REFERENCES member,
    secret       bytea       NOT NULL,
    confirmed_at timestamptz,
    last_step    bigint      NOT NULL DEFAULT 0
);
