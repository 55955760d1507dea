-- Where a ledger's schemas are made, and, on a Citus cluster that is sharded by schema, on which server they lie.

-- name: may_create
SELECT has_database_privilege(%s, current_database(), 'CREATE')

-- name: citus
SELECT FROM pg_extension WHERE extname = 'citus'

-- name: owner_lacks
-- What is still to be said, so that the owner makes schemas on every server.
SELECT format('ALTER ROLE %%I LOGIN', rolname) FROM pg_roles WHERE rolname = %(owner)s AND NOT rolcanlogin
UNION ALL
SELECT format('GRANT CREATE ON DATABASE %%I TO %%I', current_database(), %(owner)s::text)
 WHERE NOT has_database_privilege(%(owner)s, current_database(), 'CREATE')

-- name: apart
-- The schemas of a ledger that do not lie where its entries are, and where that is.
WITH placed AS (
    SELECT DISTINCT own.schemaid AS schema, node.nodeid
      FROM pg_dist_schema own
      JOIN pg_dist_partition USING (colocationid)
      JOIN pg_dist_shard USING (logicalrelid)
      JOIN pg_dist_placement USING (shardid)
      JOIN pg_dist_node node USING (groupid)
     WHERE node.noderole = 'primary'
)
SELECT own.schema::regnamespace::text, home.nodeid
  FROM placed own
  JOIN placed home ON home.schema = to_regnamespace(%(ledger)s)
  JOIN pg_namespace n ON n.oid = own.schema
 WHERE n.nspname ~ format('^%%1$s(_keys|_views_[0-9]+|_view_.+)$', %(ledger)s::text) AND own.nodeid <> home.nodeid

-- name: move
SELECT citus_schema_move(%s::regnamespace, %s, 'block_writes')

-- name: move_alone
-- Waits for whoever moves schemas of this database. The number is that of the catalog of what is distributed.
SELECT pg_advisory_xact_lock('pg_catalog.pg_dist_partition'::regclass::bigint)
