-- How far each follower has come with each application that it follows. `try` is one call's own: the same call,
-- made again after its connection was lost, knows by it what it did before.
CREATE TABLE tracking (
    follower        text   NOT NULL,
    application     text   NOT NULL,
    notification_id bigint NOT NULL,
    try             uuid   NOT NULL,
    PRIMARY KEY (follower, application)
);
