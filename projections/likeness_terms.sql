-- What tells a child: a row for each number, and for name, birth and sex together, as keyed hashes. Beside it stands
-- which of these two files ever had.

-- name: table
CREATE TABLE likeness_terms (
    child uuid  NOT NULL,
    rule  text  NOT NULL,
    term  bytea NOT NULL,
    since date  NOT NULL,
    PRIMARY KEY (child, rule, term)
);
CREATE INDEX ON likeness_terms (term, rule, child);

-- name: alike
SELECT register.child, said.number, ARRAY[{rests_on}], said.rule, {kind}::text, min(one.since), NULL::date,
       ARRAY[]::uuid[], said.zh, said.en, said.source, said.verified, NULL::bytea
  FROM likeness_terms AS one
  JOIN register ON register.child = one.child
  JOIN (VALUES {rules}) AS said (rule, number, zh, en, source, verified) ON said.rule = one.rule
 WHERE {scope}
   -- As an array, for PostgreSQL takes a table of which it knows nothing for a long one, and reads all terms.
   AND one.term = ANY (ARRAY (SELECT value FROM likeness_terms_shared))
   AND EXISTS (SELECT FROM likeness_terms AS other
                WHERE other.term = one.term AND other.rule = one.rule AND other.child <> one.child)
 GROUP BY register.child, said.rule, said.number, said.zh, said.en, said.source, said.verified

-- name: others
SELECT child, rule, (array_agg(other ORDER BY opened))[:{most}]
  FROM (SELECT DISTINCT one.child, one.rule, register.child AS other, register.opened
          FROM unnest(%(children)s::uuid[], %(rules)s::text[]) AS asked (child, rule)
          JOIN likeness_terms AS one ON one.child = asked.child AND one.rule = asked.rule
          JOIN likeness_terms AS same ON same.term = one.term AND same.rule = one.rule AND same.child <> one.child
          JOIN register ON register.child = same.child
         WHERE {scope}) AS alike
 GROUP BY child, rule

-- name: speaking
SELECT count(DISTINCT one.rule)
  FROM likeness_terms AS one
 WHERE one.child = %(child)s AND one.since <= %(day)s
   AND EXISTS (SELECT FROM likeness_terms AS other
                WHERE other.term = one.term AND other.rule = one.rule AND other.child <> one.child)

-- name: taken
SELECT register.child, {scope} AS within
  FROM register
 WHERE register.child IN (SELECT had.child FROM likeness_terms AS had
                           WHERE had.rule = %(rule)s AND had.term = ANY (%(terms)s))
   AND register.child IS DISTINCT FROM %(but)s
 ORDER BY within DESC, register.opened
 LIMIT {most}

-- name: holders
SELECT term, child FROM likeness_terms WHERE rule = %(rule)s AND term = ANY (%(terms)s)
