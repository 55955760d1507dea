-- The key store: one wrapped data key per subject and category, apart from the entries it opens and backed up
-- apart from them. Erasing empties the row of a key and keeps it, so that whoever seals for the same subject later
-- makes no key again; nobody who serves requests may.
CREATE TABLE data_key (
    subject  uuid  NOT NULL,
    category text  NOT NULL,
    wrapped  bytea,
    PRIMARY KEY (subject, category)
);
-- How many were destroyed is asked again and again.
CREATE INDEX ON data_key (subject) WHERE wrapped IS NULL;
