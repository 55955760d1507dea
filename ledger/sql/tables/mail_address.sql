-- Where somebody's weekly digest is sent, sealed under their key, and the weeks for which it was: a worker that enters a week
-- sends it, and no other does.
CREATE TABLE mail_address (
    member  uuid  PRIMARY KEY REFERENCES member,
    address bytea NOT NULL
);
CREATE TABLE sent_digest (
    member uuid NOT NULL REFERENCES member,
    week   date NOT NULL,
    PRIMARY KEY (member, week)
);
