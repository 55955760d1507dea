-- Of which wrapping keys a backup was verified, and when last: it opened, and every key of the store unwrapped with it.
CREATE TABLE key_backup (
    wrapping_key bytea       PRIMARY KEY,
    verified_at  timestamptz NOT NULL
);
