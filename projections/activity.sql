-- How many entries were recorded, by day of recording, type and origin; and how late, in days, all together.
CREATE TABLE activity (
    day       date   NOT NULL,
    type      text   NOT NULL,
    origin    text   NOT NULL,
    entries   bigint NOT NULL,
    days_late bigint NOT NULL,
    PRIMARY KEY (day, type, origin)
);
