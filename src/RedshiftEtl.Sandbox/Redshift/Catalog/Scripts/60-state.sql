-- How much of a table is sorted and how much deleted (redshift-facts 5, 6). PostgreSQL counts live and dead rows; a
-- trigger notes how many rows came with the first load, which is the one that goes to the sorted region.
CREATE TABLE rs_internal.sort_state (relid oid PRIMARY KEY, sorted_rows bigint NOT NULL);
CREATE TABLE rs_internal.vacuum_log (
    id bigint GENERATED ALWAYS AS IDENTITY, userid integer, xid bigint, relid oid, table_name text, kind text, status text, rows_count bigint, sorted_rows bigint,
    deleted_rows bigint, started timestamp, ended timestamp, session_id integer);
CREATE TABLE rs_internal.analyze_log (
    id bigint GENERATED ALWAYS AS IDENTITY, userid integer, xid bigint, relid oid, status text, rows_count bigint, modified_rows bigint, threshold integer, started timestamp, ended timestamp,
    is_auto boolean NOT NULL DEFAULT false);

CREATE FUNCTION rs_internal.before_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM pg_stat_force_next_flush();
    IF TG_OP = 'INSERT' AND pg_relation_size(TG_RELID) = 0 THEN
        PERFORM set_config('rs.first_load', TG_RELID::text, true);
    END IF;
    RETURN NULL;
END $$;
-- Whether what this transaction has added follows what was there in sort-key order: then it joins the sorted region.
CREATE FUNCTION rs_internal.follows(rel oid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    keys text := (SELECT rs_internal.column_names(t.relid, t.sortkeys) FROM rs_internal.table_info t WHERE t.relid = rel AND t.sortstyle IS DISTINCT FROM 'interleaved' AND cardinality(t.sortkeys) > 0);
    follows boolean;
BEGIN
    IF keys IS NULL THEN RETURN false; END IF;
    EXECUTE format('SELECT (SELECT ROW(%1$s) FROM %2$s WHERE xmin = pg_current_xact_id()::xid ORDER BY ROW(%1$s) LIMIT 1)
        >= (SELECT ROW(%1$s) FROM %2$s WHERE xmin <> pg_current_xact_id()::xid ORDER BY ROW(%1$s) DESC LIMIT 1)', keys, rel::regclass) INTO follows;
    RETURN coalesce(follows, false);
END $$;
CREATE FUNCTION rs_internal.after_insert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE before bigint := (SELECT r.total FROM rs_internal.table_rows(TG_RELID) r);
BEGIN
    IF current_setting('rs.first_load', true) = TG_RELID::text THEN
        PERFORM set_config('rs.first_load', '', true);
        INSERT INTO rs_internal.sort_state VALUES (TG_RELID, pg_stat_get_xact_tuples_inserted(TG_RELID))
        ON CONFLICT (relid) DO UPDATE SET sorted_rows = excluded.sorted_rows;
    ELSIF before > 0 AND EXISTS (SELECT FROM rs_internal.sort_state WHERE relid = TG_RELID AND sorted_rows >= before) AND rs_internal.follows(TG_RELID) THEN
        UPDATE rs_internal.sort_state SET sorted_rows = before + pg_stat_get_xact_tuples_inserted(TG_RELID) WHERE relid = TG_RELID;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION rs_internal.watch_table(rel regclass) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF (SELECT relpersistence FROM pg_catalog.pg_class WHERE oid = rel) = 'p' THEN
        EXECUTE format('CREATE TRIGGER "rs$before" BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION rs_internal.before_write()', rel);
        EXECUTE format('CREATE TRIGGER "rs$after" AFTER INSERT ON %s FOR EACH STATEMENT EXECUTE FUNCTION rs_internal.after_insert()', rel);
    END IF;
END $$;

-- Rows with their deleted ones, deleted rows, rows in the sorted region.
CREATE FUNCTION rs_internal.table_rows(rel oid, OUT total bigint, OUT deleted bigint, OUT sorted bigint) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_stat_get_live_tuples(rel) + pg_stat_get_dead_tuples(rel), pg_stat_get_dead_tuples(rel),
        least(coalesce((SELECT s.sorted_rows FROM rs_internal.sort_state s WHERE s.relid = rel), 0), pg_stat_get_live_tuples(rel) + pg_stat_get_dead_tuples(rel));
END;

-- Before a VACUUM: what it will do with the table, or that it has nothing to do.
CREATE FUNCTION rs_internal.vacuum_status(rel oid, kind text, threshold integer) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT CASE
        WHEN kind <> 'sort only' AND r.deleted > 0 THEN 'work'
        WHEN kind <> 'delete only' AND threshold > 0 AND EXISTS (SELECT FROM rs_internal.table_info t WHERE t.relid = rel AND cardinality(t.sortkeys) > 0)
             AND r.sorted * 100 < r.total * least(threshold, 100) THEN 'work'
        WHEN kind = 'delete only' THEN 'Skipped(delete only)'
        ELSE 'Skipped(sorted>=' || threshold || '%)' END
    FROM rs_internal.table_rows(rel) r);

CREATE FUNCTION rs_internal.vacuum_note(rel oid, vacuum_kind text, state text, began timestamp) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO rs_internal.vacuum_log (userid, xid, relid, table_name, kind, status, rows_count, sorted_rows, deleted_rows, started, ended, session_id)
    SELECT (SELECT oid::bigint::integer FROM pg_catalog.pg_roles WHERE rolname = session_user), pg_current_xact_id()::text::bigint, rel,
        (SELECT relname FROM pg_catalog.pg_class WHERE oid = rel), vacuum_kind, state, r.total, r.sorted, r.deleted, began, clock_timestamp() AT TIME ZONE 'UTC', pg_backend_pid()
    FROM rs_internal.table_rows(rel) r;
    IF state = 'Finished' AND vacuum_kind <> 'delete only' THEN
        INSERT INTO rs_internal.sort_state SELECT rel, r.total FROM rs_internal.table_rows(rel) r ON CONFLICT (relid) DO UPDATE SET sorted_rows = excluded.sorted_rows;
    ELSIF state = 'Finished' THEN
        -- Rows deleted from the sorted region leave it smaller; PostgreSQL doesn't tell from where they went.
        UPDATE rs_internal.sort_state SET sorted_rows = least(sorted_rows, (SELECT r.total FROM rs_internal.table_rows(rel) r)) WHERE relid = rel;
    END IF;
END $$;

-- Whether ANALYZE is to run, after the threshold on changed rows; the outcome goes to the log.
CREATE FUNCTION rs_internal.analyze_note(rel oid, threshold numeric) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    modified bigint := pg_stat_get_mod_since_analyze(rel);
    alive bigint := pg_stat_get_live_tuples(rel);
    due boolean := modified > 0 AND modified * 100 >= threshold * greatest(alive, 1);
BEGIN
    due := due OR (threshold = 0) OR (alive > 0 AND pg_stat_get_last_analyze_time(rel) IS NULL);
    INSERT INTO rs_internal.analyze_log (userid, xid, relid, status, rows_count, modified_rows, threshold, started, ended)
    VALUES ((SELECT oid::bigint::integer FROM pg_catalog.pg_roles WHERE rolname = session_user), pg_current_xact_id()::text::bigint, rel, CASE WHEN due THEN 'Full' ELSE 'Skipped' END,
        alive, modified, threshold::integer, clock_timestamp() AT TIME ZONE 'UTC', clock_timestamp() AT TIME ZONE 'UTC');
    RETURN due;
END $$;

-- ANALYZE as COPY does it at its end (redshift-facts 1.4); a table that was rolled back with the COPY is gone.
CREATE FUNCTION rs_internal.refresh_statistics(rel oid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = rel) THEN
        INSERT INTO rs_internal.analyze_log (userid, xid, relid, status, rows_count, modified_rows, threshold, started, ended, is_auto)
        VALUES ((SELECT oid::bigint::integer FROM pg_catalog.pg_roles WHERE rolname = session_user), pg_current_xact_id()::text::bigint, rel, 'Full', pg_stat_get_live_tuples(rel),
            pg_stat_get_mod_since_analyze(rel), 0, clock_timestamp() AT TIME ZONE 'UTC', clock_timestamp() AT TIME ZONE 'UTC', true);
        EXECUTE format('ANALYZE %s', rel::regclass);
    END IF;
END $$;

-- Who is logged in: PostgreSQL itself knows the sandbox's own role only. A process number may come again, a start doesn't.
CREATE TABLE rs_internal.session (pid integer PRIMARY KEY, started timestamptz NOT NULL, user_name text NOT NULL);
CREATE FUNCTION rs_internal.open_session(login text) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO rs_internal.session SELECT a.pid, a.backend_start, login FROM pg_catalog.pg_stat_activity a WHERE a.pid = pg_backend_pid()
    ON CONFLICT (pid) DO UPDATE SET started = excluded.started, user_name = excluded.user_name;
END;
CREATE VIEW rs_internal.live_session AS
    SELECT a.*, s.user_name, r.oid AS user_id FROM pg_catalog.pg_stat_activity a
    JOIN rs_internal.session s ON s.pid = a.pid AND s.started = a.backend_start JOIN pg_catalog.pg_roles r ON r.rolname = s.user_name;

-- A superuser ends anybody's statements and sessions, others their own.
CREATE FUNCTION rs_internal.check_may_end(process integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user)
       AND NOT EXISTS (SELECT FROM rs_internal.live_session WHERE pid = process AND user_name = session_user) THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'must be superuser to signal other server processes';
    END IF;
END $$;
CREATE FUNCTION rs_catalog.pg_cancel_backend(process integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM rs_internal.check_may_end(process);
    RETURN pg_catalog.pg_cancel_backend(process);
END $$;
CREATE FUNCTION rs_catalog.pg_terminate_backend(process integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM rs_internal.check_may_end(process);
    RETURN pg_catalog.pg_terminate_backend(process);
END $$;
