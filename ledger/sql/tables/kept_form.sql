-- What somebody sent from a page when their session had ended: where to and the fields, sealed under their own key. The
-- address at which it is found again has the ticket only.
CREATE TABLE kept_form (
    ticket  uuid        PRIMARY KEY,
    member  uuid        NOT NULL REFERENCES member,
    made_at timestamptz NOT NULL,
    content bytea       NOT NULL
);
CREATE INDEX ON kept_form (member, made_at);
CREATE INDEX ON kept_form (made_at);
