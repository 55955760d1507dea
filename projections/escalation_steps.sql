-- One row a step by which an institution tells further people of what is overdue, with the days on which it holds.

-- name: table
CREATE TABLE escalation_steps (
    institution uuid    NOT NULL,
    entry       uuid    NOT NULL,
    step        integer NOT NULL,
    after_days  integer NOT NULL,
    recipient   text    NOT NULL,
    since       date    NOT NULL,
    until       date    NOT NULL,
    PRIMARY KEY (institution, entry, step)
);

-- name: steps
SELECT escalation_steps.*
  FROM escalation_steps
 WHERE since <= %(day)s AND until >= %(day)s AND {condition}
 ORDER BY institution, step

-- name: within
-- Which due days stand at a step says who has the file in charge; no join, so that the list keeps its order.
coalesce(o.met_on > %(step_day)s, true) AND coalesce(o.void_on > %(step_day)s, true) AND coalesce((SELECT bool_or(o.due_on BETWEEN reached.first AND reached.last)
            FROM unnest(%(step_institutions)s::uuid[], %(step_first)s::date[], %(step_last)s::date[])
                 AS reached (institution, first, last)
           WHERE reached.institution = register.institution), false)
