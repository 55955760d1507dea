-- The files whose rows a read model of a generation could not write, until they are written: by which error, in its
-- class's name alone, and up to which entry the rows were written before. That is null where the file cannot be read:
-- then nobody can record in it either, and nobody waits to see it.
CREATE TABLE stopped_file (
    generation integer NOT NULL REFERENCES generation ON DELETE CASCADE,
    model      text    NOT NULL,
    file       uuid    NOT NULL,
    position   bigint,
    error      text    NOT NULL,
    PRIMARY KEY (generation, model, file)
);
CREATE INDEX ON stopped_file (generation, model, position);
