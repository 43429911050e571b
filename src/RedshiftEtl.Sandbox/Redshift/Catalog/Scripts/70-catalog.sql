-- Redshift's system views (redshift-facts 6), and PostgreSQL's catalog as a PostgreSQL 8.0 shows it.
CREATE VIEW rs_catalog.pg_class AS SELECT c.*, false AS relhasoids, false AS relhaspkey FROM pg_catalog.pg_class c;
CREATE VIEW rs_catalog.pg_namespace AS SELECT n.* FROM pg_catalog.pg_namespace n WHERE n.nspname NOT LIKE 'rs\_%';
CREATE VIEW rs_catalog.pg_constraint AS
    SELECT c.oid, c.conname, c.connamespace, c.contype, c.condeferrable, c.condeferred, c.conrelid, c.contypid, c.confrelid, c.confupdtype, c.confdeltype, c.confmatchtype,
        c.conkey, c.confkey, NULL::text AS conbin, NULL::text AS consrc
    FROM pg_catalog.pg_constraint c WHERE c.contype <> 'c'
    UNION ALL
    SELECT k.id, k.name::name, r.relnamespace, k.kind, false, false, k.relid, 0, k.parent, 'a', 'a', 'u', k.columns, k.parent_columns, NULL, NULL
    FROM rs_internal.key_info k JOIN pg_catalog.pg_class r ON r.oid = k.relid;

CREATE FUNCTION rs_catalog.pg_get_constraintdef(constraint_id oid) RETURNS text LANGUAGE sql STABLE STRICT
RETURN (SELECT CASE k.kind WHEN 'p' THEN 'PRIMARY KEY (' WHEN 'u' THEN 'UNIQUE (' ELSE 'FOREIGN KEY (' END || rs_internal.column_names(k.relid, k.columns) || ')'
        || CASE WHEN k.kind = 'f' THEN ' REFERENCES ' || k.parent::regclass::text || '(' || rs_internal.column_names(k.parent, k.parent_columns) || ')' ELSE '' END
    FROM rs_internal.key_info k WHERE k.id = constraint_id);
CREATE FUNCTION rs_catalog.pg_get_constraintdef(constraint_id oid, pretty boolean) RETURNS text LANGUAGE sql STABLE STRICT RETURN rs_catalog.pg_get_constraintdef(constraint_id);

-- The parameters of an identity column as Redshift keeps them: in the column's default (redshift-facts 4.1).
CREATE FUNCTION rs_internal.identity_source(rel oid, number smallint, kind "char") RETURNS text LANGUAGE sql STABLE
RETURN (SELECT CASE kind WHEN 'a' THEN '"identity"' ELSE 'default_identity' END || '(' || rel || ', ' || (number - 1) || ', ''' || s.seqstart || ',' || s.seqincrement || '''::text)'
    FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_sequence s ON s.seqrelid = p.objid
    WHERE p.refobjid = rel AND p.refobjsubid = number AND p.deptype = 'i' AND p.classid = 'pg_catalog.pg_class'::regclass);
CREATE VIEW rs_catalog.pg_attrdef AS
    SELECT d.oid, d.adrelid, d.adnum, d.adbin::text AS adbin, pg_get_expr(d.adbin, d.adrelid) AS adsrc FROM pg_catalog.pg_attrdef d
    UNION ALL
    SELECT a.attrelid, a.attrelid, a.attnum, NULL, rs_internal.identity_source(a.attrelid, a.attnum, a.attidentity)
    FROM pg_catalog.pg_attribute a WHERE a.attidentity <> '';

-- A late-binding view depends on nothing, whatever the sandbox makes of it.
CREATE VIEW rs_catalog.pg_depend AS
    SELECT d.* FROM pg_catalog.pg_depend d
    WHERE NOT (d.classid = 'pg_catalog.pg_rewrite'::regclass AND EXISTS (
        SELECT FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN rs_internal.late_view v ON v.schema_name = n.nspname AND v.view_name = c.relname WHERE r.oid = d.objid));

-- The tables and views that users see.
CREATE VIEW rs_internal.relation AS
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relacl, c.relpersistence, c.reltuples, n.oid AS nspoid
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v') AND n.nspname NOT LIKE 'rs\_%' AND n.nspname NOT LIKE 'pg\_toast%' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND NOT (n.nspname LIKE 'pg\_temp%' AND n.oid <> pg_my_temp_schema());

CREATE VIEW rs_internal.relation_column AS
    SELECT r.oid AS relid, r.nspname, r.relname, r.relkind, a.attname, a.attnum, row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum)::integer AS ordinal,
        a.atttypid, a.atttypmod, a.attnotnull, a.attacl, pg_get_expr(d.adbin, d.adrelid) AS default_expression, a.attidentity,
        i.length AS byte_length, coalesce(i.encoding, rs_internal.default_encoding(r.oid, a.attnum)) AS encoding,
        t.distkey IS NOT DISTINCT FROM a.attnum AS is_distkey,
        coalesce(array_position(t.sortkeys, a.attnum), 0) * CASE WHEN t.sortstyle = 'interleaved' AND array_position(t.sortkeys, a.attnum) % 2 = 0 THEN -1 ELSE 1 END AS sortkey
    FROM rs_internal.relation r
    JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN rs_internal.table_info t ON t.relid = r.oid
    LEFT JOIN rs_internal.column_info i ON i.relid = r.oid AND i.attnum = a.attnum;

CREATE VIEW rs_catalog.pg_table_def AS
    SELECT c.nspname AS schemaname, c.relname AS tablename, c.attname AS "column", rs_internal.type_label(c.atttypid, c.atttypmod, c.byte_length)::varchar AS "type",
        CASE c.encoding WHEN 'raw' THEN 'none' ELSE c.encoding END::varchar AS "encoding", c.is_distkey AS distkey, c.sortkey, c.attnotnull AS "notnull"
    FROM rs_internal.relation_column c
    WHERE c.relkind = 'r' AND (c.nspname = ANY (pg_catalog.current_schemas(false)) OR c.nspname LIKE 'pg\_temp%')
    ORDER BY c.nspname, c.relname, c.attnum;

CREATE VIEW rs_catalog.svv_columns AS
    SELECT current_database()::varchar(128) AS table_catalog, c.nspname::varchar(128) AS table_schema, c.relname::varchar(128) AS table_name, c.attname::varchar(128) AS column_name,
        c.ordinal AS ordinal_position, CASE WHEN c.attidentity <> '' THEN rs_internal.identity_source(c.relid, c.attnum, c.attidentity) ELSE c.default_expression END::varchar(4000) AS column_default,
        CASE WHEN c.attnotnull THEN 'NO' ELSE 'YES' END::varchar(3) AS is_nullable,
        CASE rs_internal.redshift_type(c.atttypid) WHEN 'varchar' THEN 'character varying' WHEN 'char' THEN 'character' WHEN 'varbyte' THEN 'binary varying'
            WHEN 'timestamp' THEN 'timestamp without time zone' WHEN 'timestamptz' THEN 'timestamp with time zone'
            WHEN 'time' THEN 'time without time zone' WHEN 'timetz' THEN 'time with time zone' ELSE rs_internal.redshift_type(c.atttypid) END::varchar(128) AS data_type,
        CASE WHEN rs_internal.redshift_type(c.atttypid) IN ('varchar', 'char') THEN CASE WHEN c.atttypmod > 0 THEN c.atttypmod - 4 END
            WHEN rs_internal.redshift_type(c.atttypid) = 'varbyte' THEN coalesce(c.byte_length, 64000) END AS character_maximum_length,
        CASE rs_internal.redshift_type(c.atttypid) WHEN 'smallint' THEN 16 WHEN 'integer' THEN 32 WHEN 'bigint' THEN 64 WHEN 'real' THEN 24 WHEN 'double precision' THEN 53
            WHEN 'numeric' THEN ((c.atttypmod - 4) >> 16) & 65535 END AS numeric_precision,
        CASE rs_internal.redshift_type(c.atttypid) WHEN 'smallint' THEN 2 WHEN 'integer' THEN 2 WHEN 'bigint' THEN 2 WHEN 'real' THEN 2 WHEN 'double precision' THEN 2 WHEN 'numeric' THEN 10 END AS numeric_precision_radix,
        CASE rs_internal.redshift_type(c.atttypid) WHEN 'smallint' THEN 0 WHEN 'integer' THEN 0 WHEN 'bigint' THEN 0 WHEN 'numeric' THEN (c.atttypmod - 4) & 2047 END AS numeric_scale,
        CASE WHEN rs_internal.redshift_type(c.atttypid) IN ('timestamp', 'timestamptz', 'time', 'timetz') THEN 6 END AS datetime_precision,
        NULL::varchar AS interval_type, NULL::varchar AS interval_precision, NULL::varchar AS character_set_catalog, NULL::varchar AS character_set_schema, NULL::varchar AS character_set_name,
        NULL::varchar AS collation_catalog, NULL::varchar AS collation_schema, NULL::varchar AS collation_name, NULL::varchar AS domain_name,
        col_description(c.relid, c.attnum)::varchar AS remarks
    FROM rs_internal.relation_column c;

CREATE VIEW rs_catalog.svv_tables AS
    SELECT current_database()::varchar(128) AS table_catalog, r.nspname::varchar(128) AS table_schema, r.relname::varchar(128) AS table_name,
        CASE WHEN r.relkind = 'v' THEN 'VIEW' WHEN r.relpersistence = 't' THEN 'LOCAL TEMPORARY' ELSE 'BASE TABLE' END::varchar(128) AS table_type,
        obj_description(r.oid, 'pg_class')::varchar AS remarks
    FROM rs_internal.relation r;

CREATE VIEW rs_catalog.svv_redshift_columns AS
    SELECT current_database()::varchar(128) AS database_name, c.nspname::varchar(128) AS schema_name, c.relname::varchar(128) AS table_name, c.attname::varchar(128) AS column_name,
        c.ordinal AS ordinal_position, rs_internal.type_label(c.atttypid, c.atttypmod, c.byte_length)::varchar(32) AS data_type, c.default_expression::varchar(4000) AS column_default,
        CASE WHEN c.attnotnull THEN 'NO' ELSE 'YES' END::varchar(3) AS is_nullable, CASE c.encoding WHEN 'raw' THEN 'none' ELSE c.encoding END::varchar(128) AS encoding,
        c.is_distkey AS distkey, c.sortkey, c.attacl::text::varchar(128) AS column_acl, col_description(c.relid, c.attnum)::varchar(256) AS remarks
    FROM rs_internal.relation_column c;

CREATE VIEW rs_catalog.svv_redshift_tables AS
    SELECT current_database()::varchar(128) AS database_name, r.nspname::varchar(128) AS schema_name, r.relname::varchar(128) AS table_name,
        CASE WHEN r.relkind = 'v' THEN 'VIEW' ELSE 'TABLE' END::varchar(128) AS table_type, r.relacl::text::varchar(128) AS table_acl, obj_description(r.oid, 'pg_class')::varchar(128) AS remarks
    FROM rs_internal.relation r;

CREATE VIEW rs_catalog.svv_redshift_schemas AS
    SELECT current_database()::varchar(128) AS database_name, n.nspname::varchar(128) AS schema_name, n.nspowner::bigint::integer AS schema_owner, 'local'::varchar(16) AS schema_type,
        n.nspacl::text::varchar(128) AS schema_acl, NULL::varchar(128) AS schema_option
    FROM pg_catalog.pg_namespace n WHERE n.nspname NOT LIKE 'rs\_%' AND n.nspname NOT LIKE 'pg\_toast%' AND n.nspname NOT LIKE 'pg\_temp%';
CREATE VIEW rs_catalog.svv_all_schemas AS SELECT * FROM rs_catalog.svv_redshift_schemas;
CREATE VIEW rs_catalog.svv_all_tables AS SELECT * FROM rs_catalog.svv_redshift_tables;
CREATE VIEW rs_catalog.svv_all_columns AS SELECT * FROM rs_catalog.svv_redshift_columns;

CREATE FUNCTION rs_internal.diststyle_label(relid oid) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT CASE t.diststyle WHEN 'key' THEN 'KEY(' || rs_internal.column_names(t.relid, ARRAY[t.distkey]) || ')' WHEN 'auto' THEN 'AUTO(ALL)' ELSE upper(t.diststyle) END
    FROM rs_internal.table_info t WHERE t.relid = $1);

-- Empty tables are left out, as in Redshift.
CREATE VIEW rs_catalog.svv_table_info AS
    SELECT current_database()::text AS database, r.nspname::text AS schema, r.oid::bigint::integer AS table_id, r.relname::text AS "table",
        CASE WHEN t.encode_auto THEN 'Y, AUTO(ENCODE)' WHEN EXISTS (SELECT FROM rs_internal.column_info i WHERE i.relid = r.oid AND i.encoding <> 'raw') THEN 'Y' ELSE 'N' END AS encoded,
        rs_internal.diststyle_label(r.oid) AS diststyle,
        CASE WHEN cardinality(t.sortkeys) = 0 THEN 'AUTO(SORTKEY)' WHEN t.sortstyle = 'interleaved' THEN 'INTERLEAVED' ELSE rs_internal.column_names(r.oid, t.sortkeys[1:1]) END AS sortkey1,
        (SELECT max(a.atttypmod - 4) FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.oid AND a.atttypid = 'varchar'::regtype AND a.attnum > 0) AS max_varchar,
        CASE WHEN cardinality(t.sortkeys) > 0 THEN coalesce((SELECT i.encoding FROM rs_internal.column_info i WHERE i.relid = r.oid AND i.attnum = t.sortkeys[1]), 'none') END AS sortkey1_enc,
        cardinality(t.sortkeys) AS sortkey_num, greatest(1, ceil(pg_relation_size(r.oid) / 1048576.0))::bigint AS size, 0.0000::numeric(10,4) AS pct_used, 0::bigint AS empty,
        CASE WHEN cardinality(t.sortkeys) > 0 AND t.diststyle <> 'all' THEN round(100.0 * (n.total - n.sorted) / n.total, 2)::numeric(5,2) END AS unsorted,
        CASE WHEN pg_stat_get_last_analyze_time(r.oid) IS NULL THEN 100 ELSE least(100, 100.0 * pg_stat_get_mod_since_analyze(r.oid) / greatest(1, n.total - n.deleted)) END::numeric(5,2) AS stats_off,
        n.total::numeric(38,0) AS tbl_rows, NULL::numeric(19,2) AS skew_sortkey1, CASE WHEN t.diststyle = 'all' THEN NULL ELSE 1.00 END::numeric(19,2) AS skew_rows,
        (n.total - n.deleted)::numeric(38,0) AS estimated_visible_rows, NULL::text AS risk_event,
        CASE WHEN cardinality(t.sortkeys) > 0 AND t.diststyle <> 'all' THEN round(100.0 * (n.total - n.sorted) / n.total, 2)::numeric(12,2) END AS vacuum_sort_benefit, t.created AS create_time
    FROM rs_internal.relation r JOIN rs_internal.table_info t ON t.relid = r.oid, LATERAL rs_internal.table_rows(r.oid) n
    WHERE r.relkind = 'r' AND r.relpersistence = 'p' AND n.total > 0;
REVOKE ALL ON rs_catalog.svv_table_info FROM PUBLIC;

CREATE FUNCTION rs_internal.identity_kind(role_id oid) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN role_id = 0 THEN 'public' ELSE coalesce((SELECT p.kind FROM rs_internal.principal p JOIN pg_catalog.pg_roles r ON r.rolname = p.name WHERE r.oid = role_id), 'user') END;

CREATE VIEW rs_catalog.svv_relation_privileges AS
    SELECT r.nspname::text AS namespace_name, r.relname::text AS relation_name, a.privilege_type::text AS privilege_type, a.grantee::bigint::integer AS identity_id,
        CASE WHEN a.grantee = 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END::text AS identity_name, rs_internal.identity_kind(a.grantee) AS identity_type, a.is_grantable AS admin_option
    FROM rs_internal.relation r, LATERAL aclexplode(r.relacl) a
    WHERE a.grantee <> r.relowner AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES', 'TRUNCATE', 'TRIGGER', 'RULE', 'DROP');
CREATE VIEW rs_catalog.svv_column_privileges AS
    SELECT c.nspname::text AS namespace_name, c.relname::text AS relation_name, c.attname::text AS column_name, a.privilege_type::text AS privilege_type,
        a.grantee::bigint::integer AS identity_id, CASE WHEN a.grantee = 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END::text AS identity_name, rs_internal.identity_kind(a.grantee) AS identity_type
    FROM rs_internal.relation_column c, LATERAL aclexplode(c.attacl) a;
CREATE VIEW rs_catalog.svv_schema_privileges AS
    SELECT n.nspname::text AS namespace_name, a.privilege_type::text AS privilege_type, a.grantee::bigint::integer AS identity_id,
        CASE WHEN a.grantee = 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END::text AS identity_name, rs_internal.identity_kind(a.grantee) AS identity_type, a.is_grantable AS admin_option
    FROM pg_catalog.pg_namespace n, LATERAL aclexplode(n.nspacl) a WHERE n.nspname NOT LIKE 'rs\_%' AND n.nspname NOT LIKE 'pg\_%' AND a.grantee <> n.nspowner;

CREATE VIEW rs_catalog.svv_transactions AS
    SELECT s.user_name::text AS txn_owner, s.datname::text AS txn_db, coalesce(s.backend_xid::text::bigint, 0) AS xid, s.pid, s.xact_start::timestamp AS txn_start, l.mode::text AS lock_mode,
        CASE l.locktype WHEN 'relation' THEN 'relation' ELSE 'transactionid' END::text AS lockable_object_type, l.relation::bigint::integer AS relation, l.granted
    FROM rs_internal.live_session s JOIN pg_catalog.pg_locks l ON l.pid = s.pid
    WHERE s.xact_start IS NOT NULL AND (l.locktype = 'transactionid' OR l.relation IN (SELECT oid FROM rs_internal.relation));
CREATE VIEW rs_catalog.stv_recents AS
    SELECT s.user_id::bigint::integer AS userid, CASE WHEN s.state = 'active' THEN 'Running' ELSE 'Done' END::char(20) AS status, s.query_start::timestamp AS starttime,
        (extract(epoch FROM (CASE WHEN s.state = 'active' THEN clock_timestamp() ELSE s.state_change END) - s.query_start) * 1000000)::bigint::integer AS duration,
        s.user_name::char(50) AS user_name, s.datname::char(50) AS db_name, left(s.query, 600)::char(600) AS query, CASE WHEN s.state = 'active' THEN s.pid ELSE -1 END AS pid
    FROM rs_internal.live_session s WHERE s.query_start IS NOT NULL;
CREATE VIEW rs_catalog.stv_sessions AS
    SELECT s.backend_start::timestamp AS starttime, s.pid AS process, s.user_name::char(50) AS user_name, s.datname::char(50) AS db_name, 0 AS timeout_sec
    FROM rs_internal.live_session s;
CREATE VIEW rs_catalog.stv_slices AS
    SELECT n / 2 AS node, n AS slice, n % 2 AS localslice, 'D'::char(1) AS type FROM generate_series(0, 3) AS g(n);
CREATE VIEW rs_catalog.stv_db_isolation_level AS
    SELECT d.datname::text AS db_name, CASE WHEN array_to_string(s.setconfig, ',') LIKE '%default_transaction_isolation=serializable%' THEN 'Serializable' ELSE 'Snapshot Isolation' END AS isolation_level
    FROM pg_catalog.pg_database d LEFT JOIN pg_catalog.pg_db_role_setting s ON s.setdatabase = d.oid AND s.setrole = 0 WHERE NOT d.datistemplate AND d.datname <> 'postgres';
CREATE VIEW rs_catalog.stl_vacuum AS
    SELECT v.userid, v.xid, v.relid::bigint::integer AS table_id, v.status::char(30) AS status, v.rows_count AS rows, v.sorted_rows::integer AS sortedrows, 0 AS blocks, 0 AS max_merge_partitions,
        coalesce(v.ended, v.started) AS eventtime, 0::bigint AS reclaimable_rows, 0::bigint AS reclaimable_space_mb, 0 AS cutoff_xid, 0::smallint AS is_recluster
    FROM rs_internal.vacuum_log v;
CREATE VIEW rs_catalog.sys_vacuum_history AS
    SELECT v.userid AS user_id, v.xid AS transaction_id, v.id AS query_id, current_database()::text AS database_name, v.relid::bigint::integer AS table_id, v.table_name, v.kind AS vacuum_type, false AS is_automatic, v.status,
        v.started AS start_time, v.ended AS end_time, (extract(epoch FROM v.ended - v.started) * 1000000)::bigint AS duration, v.rows_count AS rows_before_vacuum
    FROM rs_internal.vacuum_log v WHERE v.status <> 'Started';
CREATE VIEW rs_catalog.stl_analyze AS
    SELECT a.userid, a.xid, current_database()::char(30) AS database, a.relid::bigint::integer AS table_id, a.status::char(15) AS status, a.rows_count::double precision AS rows,
        a.modified_rows::double precision AS modified_rows, a.threshold AS threshold_percent, left(a.is_auto::text, 1)::char(1) AS is_auto, a.started AS starttime, a.ended AS endtime,
        lag(a.started, 1, '2000-01-01') OVER (PARTITION BY a.relid ORDER BY a.id) AS prevtime, 'f'::char(1) AS is_background
    FROM rs_internal.analyze_log a;
CREATE VIEW rs_catalog.sys_analyze_history AS
    SELECT a.userid AS user_id, a.xid AS transaction_id, current_database()::char(30) AS database_name, r.nspname::char(30) AS schema_name, r.relname::char(30) AS table_name,
        a.relid::bigint::integer AS table_id, left(a.is_auto::text, 1)::char(1) AS is_automatic, a.status::char(15) AS status, a.started AS start_time, a.ended AS end_time,
        a.rows_count::double precision AS rows, a.modified_rows::double precision AS modified_rows, a.threshold AS analyze_threshold_percent,
        lag(a.started, 1, '2000-01-01') OVER (PARTITION BY a.relid ORDER BY a.id) AS last_analyze_time
    FROM rs_internal.analyze_log a LEFT JOIN rs_internal.relation r ON r.oid = a.relid;
CREATE VIEW rs_catalog.pg_user_info AS SELECT * FROM pg_catalog.pg_user;
CREATE VIEW rs_catalog.svv_user_info AS
    SELECT r.rolname::text AS user_name, r.oid::bigint::integer AS user_id, r.rolcreatedb AS createdb, r.rolsuper AS superuser, false AS catupdate, r.rolconnlimit::text AS connection_limit
    FROM pg_catalog.pg_roles r WHERE r.rolcanlogin;
CREATE VIEW rs_catalog.pg_group AS SELECT g.groname, g.grosysid, g.grolist FROM pg_catalog.pg_group g JOIN rs_internal.principal p ON p.name = g.groname AND p.kind = 'group';
GRANT SELECT ON ALL TABLES IN SCHEMA rs_catalog, rs_internal TO PUBLIC;
REVOKE SELECT ON rs_catalog.svv_table_info, rs_catalog.stl_analyze, rs_catalog.sys_analyze_history FROM PUBLIC;
