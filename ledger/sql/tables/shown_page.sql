-- What came of a form that somebody sent in a session of the console, as a page: asked for by its ticket, so that neither
-- reloading nor going back sends the form again. It is sealed under their own key, and goes with the session.
CREATE TABLE shown_page (
    ticket  uuid        PRIMARY KEY,
    session uuid        NOT NULL REFERENCES token,
    made_at timestamptz NOT NULL,
    content bytea       NOT NULL
);
CREATE INDEX ON shown_page (session, made_at);
CREATE INDEX ON shown_page (made_at);
