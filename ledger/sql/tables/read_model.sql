-- Up to which entry each read model of a generation is written. One that cannot go on is stopped: by which error,
-- in its class's name alone, and since when.
CREATE TABLE read_model (
    generation integer NOT NULL REFERENCES generation ON DELETE CASCADE,
    model      text    NOT NULL,
    position   bigint  NOT NULL DEFAULT 0,
    stopped_by text,
    stopped_at timestamptz,
    PRIMARY KEY (generation, model)
);
