-- A form that somebody keeps as a draft, or sent from a page when their session had ended: where to and the fields, sealed
-- under the key of the subject: the child whom it is about, or its member. The address at which it is found again has the
-- ticket only.
CREATE TABLE kept_form (
    ticket  uuid        PRIMARY KEY,
    member  uuid        NOT NULL REFERENCES member,
    subject uuid        NOT NULL,
    made_at timestamptz NOT NULL,
    content bytea       NOT NULL
);
CREATE INDEX ON kept_form (member, made_at);
CREATE INDEX ON kept_form (made_at);
