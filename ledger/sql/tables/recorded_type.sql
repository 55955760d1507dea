-- How often somebody has recorded a type of event by the forms of the console: which forms they are offered first.
CREATE TABLE recorded_type (
    member uuid   NOT NULL REFERENCES member,
    type   text   NOT NULL,
    times  bigint NOT NULL,
    PRIMARY KEY (member, type)
);
