-- What somebody searched the register for in a session of the console: the query is sealed under their own key, and the
-- address of what was found has the ticket only.
CREATE TABLE search_ticket (
    ticket  uuid        PRIMARY KEY,
    session uuid        NOT NULL REFERENCES token,
    made_at timestamptz NOT NULL,
    query   bytea       NOT NULL
);
CREATE INDEX ON search_ticket (session, made_at);
CREATE INDEX ON search_ticket (made_at);
