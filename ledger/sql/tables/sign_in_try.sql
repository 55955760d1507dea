-- How often somebody has tried in vain to sign in by a name, also by one that nobody has, and until when they wait.
CREATE TABLE sign_in_try (
    login      uuid        PRIMARY KEY,
    tries      integer     NOT NULL,
    last_at    timestamptz NOT NULL,
    wait_until timestamptz NOT NULL
);
CREATE INDEX ON sign_in_try (last_at);
