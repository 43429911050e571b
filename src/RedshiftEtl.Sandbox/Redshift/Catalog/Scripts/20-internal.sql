-- What the sandbox remembers of tables beyond what PostgreSQL keeps (redshift-facts 7.1).
CREATE TABLE rs_internal.table_info (
    relid oid PRIMARY KEY,
    diststyle text NOT NULL DEFAULT 'auto',
    distkey smallint,
    sortstyle text,
    sortkeys smallint[] NOT NULL DEFAULT '{}',
    backup boolean NOT NULL DEFAULT true,
    encode_auto boolean NOT NULL DEFAULT true,
    created timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'));
CREATE TABLE rs_internal.column_info (
    relid oid, attnum smallint, encoding text, length integer, collation_kind text,
    PRIMARY KEY (relid, attnum));
CREATE TABLE rs_internal.key_info (
    id oid PRIMARY KEY, relid oid NOT NULL, name text NOT NULL, kind "char" NOT NULL, columns smallint[] NOT NULL,
    parent oid NOT NULL DEFAULT 0, parent_columns smallint[]);
CREATE SEQUENCE rs_internal.key_id AS bigint START 2000000000;
CREATE SEQUENCE rs_internal.query_id AS bigint START 1000;
GRANT USAGE ON SEQUENCE rs_internal.query_id TO PUBLIC;
CREATE TABLE rs_internal.principal (name text PRIMARY KEY, kind text NOT NULL);

-- The lower-case base name of a type, as Redshift calls it.
CREATE FUNCTION rs_internal.redshift_type(type oid) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE format_type(type, NULL)
    WHEN 'character varying' THEN 'varchar' WHEN 'text' THEN 'varchar' WHEN 'name' THEN 'varchar'
    WHEN 'character' THEN 'char' WHEN '"char"' THEN 'char' WHEN 'bpchar' THEN 'char'
    WHEN 'timestamp without time zone' THEN 'timestamp' WHEN 'timestamp with time zone' THEN 'timestamptz'
    WHEN 'time without time zone' THEN 'time' WHEN 'time with time zone' THEN 'timetz'
    WHEN 'super' THEN 'super' WHEN 'rs_catalog.super' THEN 'super' WHEN 'varbyte' THEN 'varbyte' WHEN 'rs_catalog.varbyte' THEN 'varbyte'
    ELSE replace(format_type(type, NULL), 'rs_catalog.', '') END;

-- The type as PG_TABLE_DEF and SHOW TABLE write it.
CREATE FUNCTION rs_internal.type_label(type oid, modifier integer, length integer) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN rs_internal.redshift_type(type) = 'varbyte' THEN 'binary varying(' || coalesce(length, 64000) || ')'
    WHEN rs_internal.redshift_type(type) IN ('super', 'geometry', 'geography', 'hllsketch') THEN rs_internal.redshift_type(type)
    WHEN type = 'text'::regtype THEN 'character varying'
    ELSE format_type(type, modifier) END;

-- The columns of a table for COPY: the contract with the loader.
CREATE FUNCTION rs_internal.copy_columns(rel regclass)
RETURNS TABLE (name text, ordinal integer, redshift_type text, length integer, "precision" integer, scale integer, not_null boolean, default_expression text, identity_kind text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.attname::text, row_number() OVER (ORDER BY a.attnum)::integer, rs_internal.redshift_type(a.atttypid),
        CASE rs_internal.redshift_type(a.atttypid)
            WHEN 'varchar' THEN CASE WHEN a.atttypmod > 0 THEN a.atttypmod - 4 ELSE 65535 END
            WHEN 'char' THEN CASE WHEN a.atttypmod > 0 THEN a.atttypmod - 4 ELSE 1 END
            WHEN 'varbyte' THEN coalesce(i.length, 64000) END,
        CASE WHEN a.atttypid = 'numeric'::regtype THEN ((a.atttypmod - 4) >> 16) & 65535 END,
        CASE WHEN a.atttypid = 'numeric'::regtype THEN (a.atttypmod - 4) & 2047 END,
        a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
        CASE a.attidentity WHEN 'a' THEN 'identity' WHEN 'd' THEN 'default' END
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN rs_internal.column_info i ON i.relid = a.attrelid AND i.attnum = a.attnum
    WHERE a.attrelid = rel AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum;
END;

CREATE FUNCTION rs_internal.column_number(rel oid, column_name text) RETURNS smallint LANGUAGE plpgsql STABLE AS $$
DECLARE number smallint;
BEGIN
    SELECT attnum INTO number FROM pg_catalog.pg_attribute WHERE attrelid = rel AND attname = column_name AND attnum > 0 AND NOT attisdropped;
    IF number IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42703', MESSAGE = 'column "' || column_name || '" does not exist';
    END IF;
    RETURN number;
END $$;

CREATE FUNCTION rs_internal.column_numbers(rel oid, names jsonb) RETURNS smallint[] LANGUAGE sql STABLE
RETURN (SELECT coalesce(array_agg(rs_internal.column_number(rel, n.name) ORDER BY n.position), '{}') FROM jsonb_array_elements_text(names) WITH ORDINALITY AS n(name, position));

CREATE FUNCTION rs_internal.refuse_key_type(rel oid, number smallint, what text) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE label text;
BEGIN
    SELECT rs_internal.redshift_type(atttypid) INTO label FROM pg_catalog.pg_attribute WHERE attrelid = rel AND attnum = number;
    IF label IN ('super', 'geometry', 'geography', 'hllsketch') OR (label = 'varbyte' AND what = 'DISTKEY') THEN
        RAISE EXCEPTION USING ERRCODE = '42P16', MESSAGE = 'column of type ' || label || ' cannot be a ' || what;
    END IF;
END $$;

-- Remembers a key that informs and isn't enforced.
CREATE FUNCTION rs_internal.add_key(rel regclass, key jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    numbers smallint[] := rs_internal.column_numbers(rel, key -> 'columns');
    parent_rel oid := 0;
    parent_numbers smallint[];
    key_name text := key ->> 'name';
    table_name text;
BEGIN
    SELECT relname INTO table_name FROM pg_catalog.pg_class WHERE oid = rel;
    IF key ->> 'kind' = 'p' THEN
        IF EXISTS (SELECT FROM rs_internal.key_info WHERE relid = rel AND kind = 'p') THEN
            RAISE EXCEPTION USING ERRCODE = '42P16', MESSAGE = 'multiple primary keys for table "' || table_name || '" are not allowed';
        END IF;
        IF EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = rel AND attnum = ANY (numbers) AND NOT attnotnull) THEN
            RAISE EXCEPTION USING ERRCODE = '42P16', MESSAGE = 'column in a primary key must be declared NOT NULL';
        END IF;
        key_name := coalesce(key_name, table_name || '_pkey');
    ELSIF key ->> 'kind' = 'u' THEN
        key_name := coalesce(key_name, table_name || '_' || (key -> 'columns' ->> 0) || '_key');
    ELSE
        parent_rel := (key ->> 'parent')::regclass;
        parent_numbers := rs_internal.column_numbers(parent_rel, key -> 'parent_columns');
        IF cardinality(parent_numbers) = 0 THEN
            SELECT columns INTO parent_numbers FROM rs_internal.key_info WHERE relid = parent_rel AND kind = 'p';
            IF parent_numbers IS NULL THEN
                RAISE EXCEPTION USING ERRCODE = '42830', MESSAGE = 'there is no primary key for referenced table "' || (key ->> 'parent') || '"';
            END IF;
        END IF;
        IF cardinality(parent_numbers) <> cardinality(numbers) THEN
            RAISE EXCEPTION USING ERRCODE = '42830', MESSAGE = 'number of referencing and referenced columns for foreign key disagree';
        END IF;
        key_name := coalesce(key_name, table_name || '_' || (key -> 'columns' ->> 0) || '_fkey');
    END IF;
    WHILE EXISTS (SELECT FROM rs_internal.key_info k WHERE k.relid = rel AND k.name = key_name) LOOP
        IF key ->> 'name' IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = '42710', MESSAGE = 'constraint "' || key_name || '" for relation "' || table_name || '" already exists';
        END IF;
        key_name := key_name || '1';
    END LOOP;
    INSERT INTO rs_internal.key_info VALUES (nextval('rs_internal.key_id')::oid, rel, key_name, (key ->> 'kind')::"char", numbers, parent_rel, parent_numbers);
END $$;

-- Remembers what CREATE TABLE said beyond PostgreSQL's grammar.
CREATE FUNCTION rs_internal.register_table(rel regclass, info jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    dist smallint := CASE WHEN info ->> 'distkey' IS NOT NULL THEN rs_internal.column_number(rel, info ->> 'distkey') END;
    sort smallint[] := rs_internal.column_numbers(rel, coalesce(info -> 'sortkeys', '[]'));
    entry record;
    key jsonb;
BEGIN
    DELETE FROM rs_internal.table_info WHERE relid = rel;
    DELETE FROM rs_internal.column_info WHERE relid = rel;
    DELETE FROM rs_internal.key_info WHERE relid = rel;
    PERFORM rs_internal.refuse_key_type(rel, dist, 'DISTKEY');
    PERFORM rs_internal.refuse_key_type(rel, n, 'SORTKEY') FROM unnest(sort) AS n;
    INSERT INTO rs_internal.table_info (relid, diststyle, distkey, sortstyle, sortkeys, backup, encode_auto)
    VALUES (rel, coalesce(info ->> 'diststyle', 'auto'), dist, info ->> 'sortstyle', sort, coalesce((info ->> 'backup')::boolean, true), coalesce((info ->> 'encode_auto')::boolean, true));
    FOR entry IN SELECT c.key AS name, c.value FROM jsonb_each(coalesce(info -> 'columns', '{}')) AS c LOOP
        INSERT INTO rs_internal.column_info VALUES (rel, rs_internal.column_number(rel, entry.name), entry.value ->> 'encoding', (entry.value ->> 'length')::integer, entry.value ->> 'collation');
    END LOOP;
    FOR key IN SELECT jsonb_array_elements(coalesce(info -> 'keys', '[]')) LOOP
        PERFORM rs_internal.add_key(rel, key);
    END LOOP;
    PERFORM rs_internal.watch_table(rel);
END $$;

-- CREATE TABLE … LIKE: what the new table takes over from its parent (redshift-facts 4).
CREATE FUNCTION rs_internal.inherit_table(rel regclass, parent regclass) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO rs_internal.column_info
    SELECT rel, mine.attnum, i.encoding, i.length, i.collation_kind
    FROM rs_internal.column_info i
    JOIN pg_catalog.pg_attribute theirs ON theirs.attrelid = parent AND theirs.attnum = i.attnum
    JOIN pg_catalog.pg_attribute mine ON mine.attrelid = rel AND mine.attname = theirs.attname
    WHERE i.relid = parent
    ON CONFLICT DO NOTHING;
    UPDATE rs_internal.table_info t
    SET diststyle = p.diststyle, sortstyle = p.sortstyle, backup = p.backup, encode_auto = p.encode_auto,
        distkey = (SELECT mine.attnum FROM pg_catalog.pg_attribute theirs JOIN pg_catalog.pg_attribute mine ON mine.attrelid = rel AND mine.attname = theirs.attname
                   WHERE theirs.attrelid = parent AND theirs.attnum = p.distkey),
        sortkeys = (SELECT coalesce(array_agg(mine.attnum ORDER BY k.position), '{}') FROM unnest(p.sortkeys) WITH ORDINALITY AS k(number, position)
                    JOIN pg_catalog.pg_attribute theirs ON theirs.attrelid = parent AND theirs.attnum = k.number
                    JOIN pg_catalog.pg_attribute mine ON mine.attrelid = rel AND mine.attname = theirs.attname)
    FROM rs_internal.table_info p
    WHERE t.relid = rel AND p.relid = parent;
END $$;

-- Where an unqualified CREATE puts its object.
CREATE FUNCTION rs_internal.creation_schema() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE schema_name text;
BEGIN
    SELECT s INTO schema_name FROM unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS u(s, n) WHERE s NOT IN ('rs_catalog', 'rs_system', 'pg_catalog') ORDER BY n LIMIT 1;
    IF schema_name IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '3F000', MESSAGE = 'no schema has been selected to create in';
    END IF;
    RETURN schema_name;
END $$;

CREATE FUNCTION rs_internal.forget_dropped() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE dropped record;
BEGIN
    FOR dropped IN SELECT objid, objsubid FROM pg_event_trigger_dropped_objects() WHERE classid = 'pg_catalog.pg_class'::regclass LOOP
        IF dropped.objsubid = 0 THEN
            DELETE FROM rs_internal.table_info WHERE relid = dropped.objid;
            DELETE FROM rs_internal.column_info WHERE relid = dropped.objid;
            DELETE FROM rs_internal.key_info WHERE relid = dropped.objid OR parent = dropped.objid;
            DELETE FROM rs_internal.sort_state WHERE relid = dropped.objid;
        ELSE
            DELETE FROM rs_internal.column_info WHERE relid = dropped.objid AND attnum = dropped.objsubid;
            DELETE FROM rs_internal.key_info WHERE (relid = dropped.objid AND dropped.objsubid = ANY (columns)) OR (parent = dropped.objid AND dropped.objsubid = ANY (parent_columns));
        END IF;
    END LOOP;
END $$;
CREATE EVENT TRIGGER rs_forget_dropped ON sql_drop EXECUTE FUNCTION rs_internal.forget_dropped();
