-- Files that the register leaves out, with its columns that decide who may read them.

-- name: table
CREATE TABLE unlisted (
    child        uuid   PRIMARY KEY,
    institution  uuid,
    former       uuid[] NOT NULL,
    former_until date[] NOT NULL,
    place        text,
    former_places text[] NOT NULL,
    former_places_until date[] NOT NULL,
    restricted_through date,
    sixteen_on   date,
    opened       bigint NOT NULL,
    version      integer NOT NULL
);
CREATE INDEX ON unlisted (opened);
