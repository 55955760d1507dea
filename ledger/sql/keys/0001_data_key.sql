-- The key store: one wrapped data key per subject and category, apart from the entries it opens and backed up
-- apart from them. Erasing deletes rows here, which is why nobody who serves requests may.
CREATE TABLE data_key (
    subject  uuid  NOT NULL,
    category text  NOT NULL,
    wrapped  bytea NOT NULL,
    PRIMARY KEY (subject, category)
);

GRANT SELECT, INSERT ON data_key TO :"writer";
GRANT SELECT ON data_key TO :"reader";
