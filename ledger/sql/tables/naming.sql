-- Which entries name what may be another file: a family, an adopter, a number that only one child can have. What
-- is judged by all that name the same finds them here, at a version that counts them.
CREATE TABLE naming (
    name     uuid   NOT NULL,
    position bigint NOT NULL REFERENCES entry,
    PRIMARY KEY (name, position)
);
