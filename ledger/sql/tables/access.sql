-- Who read what is personal of which file. Nobody who serves requests may change or remove a line.
CREATE TABLE access (
    access      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    request     text        NOT NULL,
    member      uuid        NOT NULL,
    role        text        NOT NULL,
    institution uuid,
    child       uuid        NOT NULL,
    categories  text[]      NOT NULL,
    purpose     text        NOT NULL
);
CREATE INDEX ON access (child, access);
