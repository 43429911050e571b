-- Late-binding views (CREATE VIEW … WITH NO SCHEMA BINDING; redshift-facts 4): kept as text, and as a view of PostgreSQL as long as what they name is there.
-- Before a table is dropped or altered the view is taken away, afterwards it is made anew from its text. One whose tables are missing is a view that fails.

CREATE TABLE rs_internal.late_view (
    schema_name name NOT NULL, view_name name NOT NULL, columns text NOT NULL, query text NOT NULL, owner name NOT NULL,
    acl aclitem[], bound boolean NOT NULL, PRIMARY KEY (schema_name, view_name));

GRANT SELECT ON rs_internal.late_view TO PUBLIC;

CREATE FUNCTION rs_internal.late_view_fails(code text, message text) RETURNS SETOF integer LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message;
END $$;

-- Takes away the views that depend on a relation, directly or through each other; on NULL all of them.
CREATE FUNCTION rs_internal.unbind_late_views(rel regclass) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE late record;
BEGIN
    FOR late IN
        WITH RECURSIVE dependent (oid) AS (
            SELECT rel::oid UNION
            SELECT r.ev_class FROM dependent p JOIN pg_catalog.pg_depend d ON d.refobjid = p.oid AND d.classid = 'pg_rewrite'::regclass JOIN pg_rewrite r ON r.oid = d.objid)
        SELECT v.schema_name, v.view_name, c.relacl FROM rs_internal.late_view v JOIN pg_namespace n ON n.nspname = v.schema_name
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = v.view_name
        WHERE v.bound AND (rel IS NULL OR c.oid IN (SELECT oid FROM dependent)) ORDER BY c.oid DESC
    LOOP
        UPDATE rs_internal.late_view v SET bound = false, acl = late.relacl WHERE v.schema_name = late.schema_name AND v.view_name = late.view_name;
        EXECUTE format('DROP VIEW %I.%I', late.schema_name, late.view_name);
    END LOOP;
END $$;

CREATE FUNCTION rs_internal.make_late_view(late rs_internal.late_view, body text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP VIEW IF EXISTS %I.%I', late.schema_name, late.view_name);
    EXECUTE format('CREATE VIEW %I.%I%s AS %s', late.schema_name, late.view_name, late.columns, body);
    EXECUTE format('ALTER VIEW %I.%I OWNER TO %I', late.schema_name, late.view_name, late.owner);
    UPDATE pg_class SET relacl = late.acl WHERE oid = format('%I.%I', late.schema_name, late.view_name)::regclass AND late.acl IS NOT NULL;
END $$;

-- Makes the views anew that this transaction has taken away, and those that name a relation which is there now. No others: two sessions that both
-- changed the same one would conflict. Several rounds, since one view may read another.
CREATE FUNCTION rs_internal.bind_late_views(rel regclass) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE late rs_internal.late_view; made boolean := true; code text; message text; rel_schema name; rel_name name; names text[] := '{}';
BEGIN
    SELECT n.nspname, c.relname INTO rel_schema, rel_name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = rel;
    names := ARRAY[rel_schema || '.' || rel_name];
    DELETE FROM rs_internal.late_view v WHERE NOT EXISTS (SELECT 1 FROM pg_namespace n WHERE n.nspname = v.schema_name);
    WHILE made LOOP
        made := false;
        FOR late IN SELECT * FROM rs_internal.late_view v WHERE NOT v.bound
            AND (v.xmin = pg_current_xact_id()::xid OR EXISTS (SELECT 1 FROM unnest(names) one WHERE strpos(replace(v.query, '"', ''), one) > 0)) LOOP
            BEGIN
                PERFORM rs_internal.make_late_view(late, late.query);
                UPDATE rs_internal.late_view v SET bound = true WHERE v.schema_name = late.schema_name AND v.view_name = late.view_name;
                made := true;
                names := names || (late.schema_name || '.' || late.view_name);
            EXCEPTION WHEN undefined_table OR undefined_column OR undefined_function OR invalid_schema_name OR datatype_mismatch OR ambiguous_column THEN
                GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
                late.columns := '';
                PERFORM rs_internal.make_late_view(late, format('SELECT * FROM rs_internal.late_view_fails(%L, %L)', code, message));
            END;
        END LOOP;
    END LOOP;
END $$;

CREATE FUNCTION rs_internal.add_late_view(in_schema name, in_view name, in_columns text, in_query text, in_replace boolean, in_owner name) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE existing "char";
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = in_schema) THEN
        RAISE EXCEPTION USING ERRCODE = '3F000', MESSAGE = format('schema "%s" does not exist', in_schema);
    END IF;
    IF NOT has_schema_privilege(in_owner, in_schema, 'CREATE') THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('permission denied for schema %s', in_schema);
    END IF;
    SELECT c.relkind INTO existing FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = in_schema AND c.relname = in_view;
    IF existing IS NOT NULL AND (NOT in_replace OR existing <> 'v') THEN
        RAISE EXCEPTION USING ERRCODE = '42P07', MESSAGE = format('Relation "%s" already exists', in_view);
    END IF;
    IF existing IS NOT NULL AND NOT rs_internal.forget_late_view(in_schema, in_view, in_owner) THEN
        EXECUTE format('DROP VIEW %I.%I', in_schema, in_view);
    END IF;
    INSERT INTO rs_internal.late_view VALUES (in_schema, in_view, in_columns, in_query, in_owner, NULL, false);
    PERFORM rs_internal.bind_late_views(NULL);
END $$;

-- Drops a late-binding view; false when the name is none's.
CREATE FUNCTION rs_internal.forget_late_view(in_schema name, in_view name, in_user name) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE in_owner name;
BEGIN
    SELECT v.owner INTO in_owner FROM rs_internal.late_view v WHERE v.schema_name = in_schema AND v.view_name = in_view;
    IF in_owner IS NULL THEN
        RETURN false;
    END IF;
    IF NOT pg_has_role(in_user, in_owner, 'USAGE') THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('must be owner of relation %s', in_view);
    END IF;
    DELETE FROM rs_internal.late_view v WHERE v.schema_name = in_schema AND v.view_name = in_view;
    EXECUTE format('DROP VIEW IF EXISTS %I.%I', in_schema, in_view);
    RETURN true;
END $$;

-- A schema that has only late-binding views is not empty either.
CREATE FUNCTION rs_internal.check_schema_drop(in_schema name) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM rs_internal.late_view v WHERE v.schema_name = in_schema) THEN
        RAISE EXCEPTION USING ERRCODE = '2BP01', MESSAGE = format('cannot drop schema %s because other objects depend on it', in_schema), HINT = 'Use DROP ... CASCADE to drop the dependent objects too.';
    END IF;
END $$;

-- As AWS documents it, it is called with a list of column definitions.
CREATE FUNCTION rs_catalog.pg_get_late_binding_view_cols() RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT v.schema_name, v.view_name, a.attname, rs_internal.redshift_type(a.atttypid)::varchar, a.attnum::integer
    FROM rs_internal.late_view v JOIN pg_namespace n ON n.nspname = v.schema_name JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = v.view_name
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE v.bound ORDER BY 1, 2, 5
$$;
