-- Erasing empties the row of a key and keeps it, so that whoever seals for the same subject later makes no key again.
ALTER TABLE data_key ALTER COLUMN wrapped DROP NOT NULL;
