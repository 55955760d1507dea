-- What a ledger of the eventsourcing library's has beside the tables of every ledger. Never run in a children's.

UPDATE head SET library = true;
ALTER TABLE entry DROP CONSTRAINT entry_version_check;

-- include: tables/application
-- include: tables/snapshot
-- include: tables/tracking
-- include: privileges/library
