-- By what name and password somebody signs in to the console. The name is found by a keyed digest and kept sealed, and so
-- is what Argon2id makes of the password, which the writer alone may read; null until one is set.
CREATE TABLE login (
    login           uuid        PRIMARY KEY,
    member          uuid        NOT NULL UNIQUE REFERENCES member,
    name            bytea       NOT NULL,
    password        bytea,
    password_set_at timestamptz,
    CHECK ((password IS NULL) = (password_set_at IS NULL))
);
