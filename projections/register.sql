-- The register: one row a child's file as it is now. What is personal is sealed or a keyed hash.
CREATE TABLE register (
    child        uuid   PRIMARY KEY,
    institution  uuid,
    former       uuid[] NOT NULL,
    former_until date[] NOT NULL,
    sixteen_on   date,
    file_no      bytea,
    file_no_term bytea,
    file_no_on   date,
    citizen_id_term bytea,
    citizen_id_on date,
    name         bytea,
    name_term    bytea,
    sex          text,
    birth_on     date,
    birth_until  date,
    stage        text,
    received_on  date,
    admitted_on  date,
    departed_on  date,
    opened       bigint NOT NULL,
    version      integer NOT NULL,
    terms        bytea[] NOT NULL
);
CREATE INDEX ON register (institution, opened);
CREATE INDEX ON register (opened);
CREATE INDEX ON register (file_no_term);
CREATE INDEX ON register (citizen_id_term);
CREATE INDEX ON register (name_term, birth_on);
CREATE INDEX ON register USING gin (terms);
