namespace RedshiftEtl.Sandbox.Copy.Journal;

/// <summary>
/// The tables of the journal (rs_internal) and what Redshift shows of them (rs_system, which belongs on every session's
/// search path). Columns and types: redshift-facts.md 6. Users see their own loads, superusers all.
/// </summary>
internal static class JournalSchema
{
    /// <summary>Makes all of it; harmless when it is there already.</summary>
    public const string Sql = Tables + Views + Grants + Leftovers;

    private const string Tables =
        """
        CREATE SCHEMA IF NOT EXISTS rs_internal;
        CREATE SCHEMA IF NOT EXISTS rs_system;
        CREATE TABLE IF NOT EXISTS rs_internal.load_query (
            query_id bigint PRIMARY KEY, transaction_id bigint NOT NULL, user_name text NOT NULL, user_id integer NOT NULL,
            session_id integer NOT NULL, database_name text NOT NULL, table_id bigint NOT NULL, table_name text NOT NULL,
            data_source text NOT NULL, file_format text NOT NULL, source_file_count integer NOT NULL, source_file_bytes bigint NOT NULL,
            status text NOT NULL DEFAULT 'running', started timestamp NOT NULL, ended timestamp,
            loaded_rows bigint NOT NULL DEFAULT 0, loaded_bytes bigint NOT NULL DEFAULT 0, error_count bigint NOT NULL DEFAULT 0,
            compressed boolean NOT NULL, bytes_read bigint NOT NULL DEFAULT 0, files_read integer NOT NULL DEFAULT 0, current_file text NOT NULL DEFAULT '',
            reported timestamp NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC'));
        CREATE TABLE IF NOT EXISTS rs_internal.load_file (
            query_id bigint NOT NULL, file_number integer NOT NULL, file_name text NOT NULL, bytes bigint NOT NULL, lines bigint NOT NULL,
            errors bigint NOT NULL, started timestamp NOT NULL, ended timestamp NOT NULL, etag text NOT NULL, last_modified timestamp NOT NULL);
        CREATE TABLE IF NOT EXISTS rs_internal.load_error (
            query_id bigint NOT NULL, error_number bigint NOT NULL, file_name text NOT NULL, line_number bigint NOT NULL, column_name text NOT NULL,
            column_type text NOT NULL, column_length text NOT NULL, position integer NOT NULL, raw_line text NOT NULL, raw_field text NOT NULL,
            code integer NOT NULL, reason text NOT NULL);
        CREATE TABLE IF NOT EXISTS rs_internal.load_error_value (
            query_id bigint NOT NULL, error_number bigint NOT NULL, file_name text NOT NULL, line_number bigint NOT NULL, field integer NOT NULL,
            column_name text NOT NULL, value text NOT NULL, type text NOT NULL, column_length text NOT NULL);
        CREATE TABLE IF NOT EXISTS rs_internal.load_replacement (
            query_id bigint NOT NULL, file_name text NOT NULL, line_number bigint NOT NULL, column_name text NOT NULL, raw_line text NOT NULL,
            at timestamp NOT NULL);
        CREATE INDEX IF NOT EXISTS load_file_query ON rs_internal.load_file (query_id);
        CREATE INDEX IF NOT EXISTS load_error_query ON rs_internal.load_error (query_id);
        CREATE OR REPLACE VIEW rs_internal.visible_load AS
            SELECT * FROM rs_internal.load_query
            WHERE user_name = current_user OR (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user);

        """;

    private const string Views =
        """
        CREATE OR REPLACE VIEW rs_system.stl_load_errors AS
            SELECT q.user_id AS userid, 0 AS slice, q.table_id::integer AS tbl, q.started AS starttime, q.session_id AS session, q.query_id::integer AS query,
                   e.file_name::char(256) AS filename, e.line_number, e.column_name::char(127) AS colname, e.column_type::char(10) AS type,
                   e.column_length::char(10) AS col_length, e.position AS "position", e.raw_line::char(1024) AS raw_line,
                   e.raw_field::char(1024) AS raw_field_value, e.code AS err_code, e.reason::char(100) AS err_reason,
                   0 AS is_partial, 0::bigint AS start_offset, NULL::bigint AS copy_job_id
            FROM rs_internal.visible_load q JOIN rs_internal.load_error e USING (query_id);
        CREATE OR REPLACE VIEW rs_system.stl_loaderror_detail AS
            SELECT q.user_id AS userid, 0 AS slice, q.session_id AS session, q.query_id::integer AS query, v.file_name::char(256) AS filename,
                   v.line_number, v.field, v.column_name::char(1024) AS colname, v.value::char(1024) AS value,
                   CASE WHEN v.value = '' THEN 1 ELSE 0 END AS is_null, v.type::char(10) AS type, v.column_length::char(10) AS col_length
            FROM rs_internal.visible_load q JOIN rs_internal.load_error_value v USING (query_id);
        CREATE OR REPLACE VIEW rs_system.sys_load_error_detail AS
            SELECT q.user_id, q.query_id, q.transaction_id, q.session_id, q.database_name::char(64) AS database_name, q.table_id::integer AS table_id,
                   q.started AS start_time, e.file_name::char(256) AS file_name, e.line_number, e.column_name::char(127) AS column_name,
                   e.column_type::char(10) AS column_type, e.column_length::char(10) AS column_length, e.position AS "position",
                   e.code AS error_code, e.reason::char(512) AS error_message, NULL::bigint AS copy_job_id
            FROM rs_internal.visible_load q JOIN rs_internal.load_error e USING (query_id);
        CREATE OR REPLACE VIEW rs_system.sys_load_history AS
            SELECT q.user_id, q.query_id, q.transaction_id, q.session_id, q.database_name::text AS database_name, q.status::text AS status,
                   q.table_name::text AS table_name, q.started AS start_time, q.ended AS end_time,
                   (extract(epoch FROM coalesce(q.ended, (clock_timestamp() AT TIME ZONE 'UTC')) - q.started) * 1000000)::bigint AS duration,
                   q.data_source::text AS data_source, q.file_format::text AS file_format, q.loaded_rows, q.loaded_bytes,
                   q.source_file_count, q.source_file_bytes, coalesce(f.files, 0)::integer AS file_count_scanned,
                   coalesce(f.bytes, 0)::bigint AS file_bytes_scanned, q.error_count, NULL::bigint AS copy_job_id
            FROM rs_internal.visible_load q
            LEFT JOIN (SELECT query_id, count(*) AS files, sum(bytes) AS bytes FROM rs_internal.load_file GROUP BY query_id) f USING (query_id);
        CREATE OR REPLACE VIEW rs_system.sys_load_detail AS
            SELECT q.user_id, q.query_id, f.file_name::char(256) AS file_name, f.bytes AS bytes_scanned, f.lines AS lines_scanned,
                   f.ended AS record_time, 1 AS splits_scanned, f.started AS start_time, f.ended AS end_time,
                   f.etag::text AS file_etag, f.last_modified AS file_last_modified
            FROM rs_internal.visible_load q JOIN rs_internal.load_file f USING (query_id);
        CREATE OR REPLACE VIEW rs_system.stl_load_commits AS
            SELECT q.user_id AS userid, q.query_id::integer AS query, 0 AS slice, q.table_name::char(256) AS name, f.file_name::char(256) AS filename,
                   0 AS byte_offset, f.lines::integer AS lines_scanned, f.errors::integer AS errors, f.ended AS curtime, 1 AS status,
                   q.file_format::char(16) AS file_format, 0 AS is_partial, 0::bigint AS start_offset, NULL::bigint AS copy_job_id
            FROM rs_internal.visible_load q JOIN rs_internal.load_file f USING (query_id);
        CREATE OR REPLACE VIEW rs_system.stl_replacements AS
            SELECT q.user_id AS userid, q.query_id::integer AS query, 0 AS slice, q.table_id::integer AS tbl, r.at AS starttime, q.session_id AS session,
                   r.file_name::char(256) AS filename, r.line_number, r.column_name::char(127) AS colname, r.raw_line::char(1024) AS raw_line
            FROM rs_internal.visible_load q JOIN rs_internal.load_replacement r USING (query_id);
        CREATE OR REPLACE VIEW rs_system.sys_copy_replacements AS
            SELECT q.user_id, q.query_id, q.table_id::integer AS table_id, q.started AS start_time, q.session_id, r.file_name::char(256) AS file_name,
                   r.line_number, r.column_name::char(127) AS column_name, r.raw_line::char(1024) AS raw_line
            FROM rs_internal.visible_load q JOIN rs_internal.load_replacement r USING (query_id);
        CREATE OR REPLACE VIEW rs_system.stl_file_scan AS
            SELECT q.user_id AS userid, q.query_id::integer AS query, 0 AS slice, f.file_name::char(90) AS name, f.lines, f.bytes,
                   (extract(epoch FROM f.ended - f.started) * 1000000)::bigint AS loadtime, f.ended AS curtime, 0 AS is_partial, 0::bigint AS start_offset
            FROM rs_internal.visible_load q JOIN rs_internal.load_file f USING (query_id);
        CREATE OR REPLACE VIEW rs_system.stv_load_state AS
            SELECT q.user_id AS userid, q.session_id AS session, q.query_id::integer AS query, 0 AS slice, q.session_id AS pid, q.reported AS recordtime,
                   CASE WHEN q.compressed THEN 0 ELSE q.source_file_bytes END AS bytes_to_load, q.loaded_bytes AS bytes_loaded,
                   CASE WHEN q.compressed THEN q.source_file_bytes ELSE 0 END AS bytes_to_load_compressed,
                   CASE WHEN q.compressed THEN q.bytes_read ELSE 0 END AS bytes_loaded_compressed, q.loaded_rows AS lines,
                   q.source_file_count AS num_files, q.files_read AS num_files_complete, q.current_file::char(256) AS current_file,
                   (100 * q.bytes_read / greatest(q.source_file_bytes, 1))::integer AS pct_complete
            FROM rs_internal.visible_load q WHERE q.status = 'running';

        """;

    private const string Grants =
        """
        GRANT USAGE ON SCHEMA rs_system TO PUBLIC;
        GRANT SELECT ON ALL TABLES IN SCHEMA rs_system TO PUBLIC;

        """;

    private const string Leftovers =
        "UPDATE rs_internal.load_query SET status = 'aborted', ended = clock_timestamp() AT TIME ZONE 'UTC' WHERE status = 'running'";
}
