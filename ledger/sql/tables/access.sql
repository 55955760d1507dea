-- Who read what is personal of which file. Nobody who serves requests may change or remove a line.
-- `reason` is why, as it was chosen for a session of the console, null where a token asked.
-- `known` is the position as known at which the whole file was read, null where it was told of in part.
CREATE TABLE access (
    access      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    request     text        NOT NULL,
    member      uuid        NOT NULL,
    role        text        NOT NULL,
    institution uuid,
    child       uuid        NOT NULL,
    categories  text[]      NOT NULL,
    purpose     text        NOT NULL,
    known       bigint,
    reason      text
);
CREATE INDEX ON access (child, access);
CREATE INDEX ON access (child, member, known) WHERE known IS NOT NULL;
CREATE INDEX ON access (member, access) WHERE known IS NOT NULL;
