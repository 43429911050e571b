-- What ALTER TABLE and CREATE TABLE AS change (redshift-facts 2.2, 7.1).
CREATE FUNCTION rs_internal.require_owner(rel regclass) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles r ON r.rolname = session_user
                   WHERE c.oid = rel AND (r.rolsuper OR pg_has_role(r.oid, c.relowner, 'MEMBER'))) THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'must be owner of relation ' || rel::text;
    END IF;
END $$;

CREATE FUNCTION rs_internal.register_column(rel regclass, column_name text, info jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO rs_internal.column_info VALUES (rel, rs_internal.column_number(rel, column_name), info ->> 'encoding', (info ->> 'length')::integer, info ->> 'collation');
END $$;

CREATE FUNCTION rs_internal.check_column_drop(rel regclass, column_name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE number smallint := rs_internal.column_number(rel, column_name);
BEGIN
    IF EXISTS (SELECT FROM rs_internal.table_info WHERE relid = rel AND distkey = number) THEN
        RAISE EXCEPTION USING ERRCODE = '42P16', MESSAGE = 'cannot drop distkey column "' || column_name || '"';
    ELSIF EXISTS (SELECT FROM rs_internal.table_info WHERE relid = rel AND number = ANY (sortkeys)) THEN
        RAISE EXCEPTION USING ERRCODE = '42P16', MESSAGE = 'cannot drop sortkey column "' || column_name || '"';
    END IF;
END $$;

CREATE FUNCTION rs_internal.drop_key(rel regclass, key_name text, cascade_drop boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE found_key rs_internal.key_info;
BEGIN
    PERFORM rs_internal.require_owner(rel);
    DELETE FROM rs_internal.key_info WHERE relid = rel AND name = key_name RETURNING * INTO found_key;
    IF found_key.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = 'constraint "' || key_name || '" does not exist';
    END IF;
    IF found_key.kind = 'p' AND EXISTS (SELECT FROM rs_internal.key_info WHERE parent = rel AND parent_columns = found_key.columns) THEN
        IF NOT cascade_drop THEN
            RAISE EXCEPTION USING ERRCODE = '2BP01', MESSAGE = 'cannot drop constraint ' || key_name || ' on table ' || rel::text || ' because other objects depend on it';
        END IF;
        DELETE FROM rs_internal.key_info WHERE parent = rel AND parent_columns = found_key.columns;
    END IF;
END $$;

CREATE FUNCTION rs_internal.alter_table(rel regclass, change jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    dist smallint := CASE WHEN change ->> 'distkey' IS NOT NULL THEN rs_internal.column_number(rel, change ->> 'distkey') END;
    sort smallint[] := CASE WHEN change ? 'sortkeys' THEN rs_internal.column_numbers(rel, change -> 'sortkeys') END;
BEGIN
    PERFORM rs_internal.require_owner(rel);
    PERFORM rs_internal.refuse_key_type(rel, dist, 'DISTKEY');
    PERFORM rs_internal.refuse_key_type(rel, n, 'SORTKEY') FROM unnest(sort) AS n;
    INSERT INTO rs_internal.table_info (relid) VALUES (rel) ON CONFLICT DO NOTHING;
    UPDATE rs_internal.table_info
    SET diststyle = coalesce(change ->> 'diststyle', diststyle),
        distkey = CASE WHEN change ? 'diststyle' THEN dist ELSE distkey END,
        sortstyle = CASE WHEN change ? 'sortkeys' THEN change ->> 'sortstyle' ELSE sortstyle END,
        sortkeys = coalesce(sort, sortkeys),
        encode_auto = coalesce((change ->> 'encode_auto')::boolean, encode_auto)
    WHERE relid = rel;
END $$;

CREATE FUNCTION rs_internal.alter_encoding(rel regclass, column_name text, new_encoding text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM rs_internal.require_owner(rel);
    INSERT INTO rs_internal.column_info (relid, attnum, encoding) VALUES (rel, rs_internal.column_number(rel, column_name), new_encoding)
    ON CONFLICT (relid, attnum) DO UPDATE SET encoding = excluded.encoding;
    UPDATE rs_internal.table_info SET encode_auto = false WHERE relid = rel;
END $$;

-- Puts a byte limit on a column of characters, in place of the one it has.
CREATE FUNCTION rs_internal.limit_bytes(rel regclass, number smallint, label text, bytes integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    old_name text;
    column_name text;
BEGIN
    SELECT attname INTO column_name FROM pg_catalog.pg_attribute WHERE attrelid = rel AND attnum = number;
    FOR old_name IN SELECT conname FROM pg_catalog.pg_constraint WHERE conrelid = rel AND contype = 'c' AND conkey = ARRAY[number] AND conname LIKE 'rs$%' LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rel, old_name);
    END LOOP;
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I CHECK (octet_length(%I) <= %s)', rel, 'rs$' || number || '$' || label, column_name, bytes);
END $$;

CREATE FUNCTION rs_internal.resize_column(rel regclass, column_name text, bytes integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    number smallint := rs_internal.column_number(rel, column_name);
    longest integer;
    kind oid;
    used_encoding text;
    has_default boolean;
BEGIN
    PERFORM rs_internal.require_owner(rel);
    SELECT a.atttypid, i.encoding, a.atthasdef INTO kind, used_encoding, has_default
    FROM pg_catalog.pg_attribute a LEFT JOIN rs_internal.column_info i ON i.relid = rel AND i.attnum = number WHERE a.attrelid = rel AND a.attnum = number;
    IF kind <> 'varchar'::regtype THEN
        RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'cannot alter type of a column that is not VARCHAR';
    ELSIF used_encoding IN ('bytedict', 'runlength', 'text255', 'text32k') THEN
        RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'cannot alter type of column "' || column_name || '" with encoding ' || used_encoding;
    ELSIF has_default THEN
        RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'cannot alter type of column "' || column_name || '" with a default value';
    ELSIF EXISTS (SELECT FROM rs_internal.key_info WHERE (relid = rel AND number = ANY (columns)) OR (parent = rel AND number = ANY (parent_columns))) THEN
        RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'cannot alter type of column "' || column_name || '" with a UNIQUE, PRIMARY KEY or FOREIGN KEY constraint';
    END IF;
    EXECUTE format('SELECT max(octet_length(%I)) FROM %s', column_name, rel) INTO longest;
    IF longest > bytes THEN
        RAISE EXCEPTION USING ERRCODE = '22001', MESSAGE = 'cannot alter column "' || column_name || '": the new size is smaller than the existing data';
    END IF;
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE character varying(%s)', rel, column_name, bytes);
    PERFORM rs_internal.limit_bytes(rel, number, 'character varying(' || bytes || ')', bytes);
END $$;

-- CREATE TABLE AS: gives every column one of Redshift's types with its limits.
CREATE FUNCTION rs_internal.settle_columns(rel regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item record;
    bytes integer;
BEGIN
    FOR item IN SELECT attnum, attname, atttypid, atttypmod FROM pg_catalog.pg_attribute WHERE attrelid = rel AND attnum > 0 ORDER BY attnum LOOP
        IF item.atttypid IN ('varchar'::regtype, 'text'::regtype, 'name'::regtype, 'unknown'::regtype) THEN
            bytes := CASE WHEN item.atttypid = 'varchar'::regtype AND item.atttypmod > 0 THEN item.atttypmod - 4 ELSE 65535 END;
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE character varying(%s)', rel, item.attname, bytes);
            PERFORM rs_internal.limit_bytes(rel, item.attnum, 'character varying(' || bytes || ')', bytes);
        ELSIF item.atttypid = 'bpchar'::regtype THEN
            bytes := CASE WHEN item.atttypmod > 0 THEN item.atttypmod - 4 ELSE 256 END;
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE character(%s)', rel, item.attname, bytes);
            PERFORM rs_internal.limit_bytes(rel, item.attnum, 'character(' || bytes || ')', bytes);
        ELSIF item.atttypid = 'numeric'::regtype AND item.atttypmod < 0 THEN
            -- PostgreSQL keeps no precision through expressions; Redshift's widest with room for decimals.
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE numeric(38,10)', rel, item.attname);
        ELSIF item.atttypid = 'jsonb'::regtype THEN
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE rs_catalog.super', rel, item.attname);
        ELSIF item.atttypid = 'bytea'::regtype THEN
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE rs_catalog.varbyte', rel, item.attname);
        ELSIF item.atttypid NOT IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype, 'real'::regtype, 'double precision'::regtype, 'boolean'::regtype,
            'date'::regtype, 'time'::regtype, 'timetz'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype, 'rs_catalog.super'::regtype, 'rs_catalog.varbyte'::regtype,
            'rs_catalog.geometry'::regtype, 'rs_catalog.geography'::regtype, 'rs_catalog.hllsketch'::regtype) THEN
            RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'Column "' || item.attname || '" has unsupported type "' || format_type(item.atttypid, item.atttypmod) || '".';
        END IF;
    END LOOP;
END $$;

-- ALTER TABLE APPEND: the columns that move, or why they can't.
CREATE FUNCTION rs_internal.append_columns(target regclass, source regclass, ignore_extra boolean, fill_target boolean) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    item record;
    columns text;
BEGIN
    PERFORM rs_internal.require_owner(target), rs_internal.require_owner(source);
    IF EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid IN (target, source) AND (relpersistence = 't' OR relkind <> 'r')) THEN
        RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'ALTER TABLE APPEND works on permanent tables only';
    END IF;
    FOR item IN
        SELECT t.attname AS target_name, s.attname AS source_name, t.atttypid <> s.atttypid OR t.atttypmod <> s.atttypmod OR t.attnotnull <> s.attnotnull AS differs,
            coalesce(ti.encoding, '') <> coalesce(si.encoding, '') AS encoded, t.attidentity = 'a' AND s.attidentity = 'a' AS identities
        FROM (SELECT * FROM pg_catalog.pg_attribute WHERE attrelid = target AND attnum > 0 AND NOT attisdropped) t
        FULL JOIN (SELECT * FROM pg_catalog.pg_attribute WHERE attrelid = source AND attnum > 0 AND NOT attisdropped) s ON s.attname = t.attname
        LEFT JOIN rs_internal.column_info ti ON ti.relid = target AND ti.attnum = t.attnum
        LEFT JOIN rs_internal.column_info si ON si.relid = source AND si.attnum = s.attnum
    LOOP
        IF item.target_name IS NULL AND NOT ignore_extra THEN
            RAISE EXCEPTION USING ERRCODE = '42P16', MESSAGE = 'source table has columns that the target table lacks: ' || item.source_name, HINT = 'Use IGNOREEXTRA.';
        ELSIF item.source_name IS NULL AND NOT fill_target THEN
            RAISE EXCEPTION USING ERRCODE = '42P16', MESSAGE = 'target table has columns that the source table lacks: ' || item.target_name, HINT = 'Use FILLTARGET.';
        ELSIF item.differs OR item.encoded THEN
            RAISE EXCEPTION USING ERRCODE = '42P16', MESSAGE = 'column "' || item.target_name || '" differs between source and target table';
        ELSIF item.identities THEN
            RAISE EXCEPTION USING ERRCODE = '42P16', MESSAGE = 'cannot append IDENTITY columns';
        END IF;
        IF item.target_name IS NOT NULL AND item.source_name IS NOT NULL THEN columns := concat_ws(', ', columns, quote_ident(item.target_name)); END IF;
    END LOOP;
    IF EXISTS (SELECT FROM rs_internal.table_info t, rs_internal.table_info s WHERE t.relid = target AND s.relid = source
               AND (t.diststyle <> s.diststyle OR t.sortstyle IS DISTINCT FROM s.sortstyle
                    OR (SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = target AND attnum = t.distkey) IS DISTINCT FROM (SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = source AND attnum = s.distkey)
                    OR cardinality(t.sortkeys) <> cardinality(s.sortkeys))) THEN
        RAISE EXCEPTION USING ERRCODE = '42P16', MESSAGE = 'source and target table differ in distribution or sort keys';
    END IF;
    RETURN columns;
END $$;

-- Foreign keys that refer to a table keep it from being dropped (redshift-facts 4).
CREATE FUNCTION rs_internal.check_table_drop(rel regclass, cascade_drop boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE referring text;
BEGIN
    SELECT k.relid::regclass::text INTO referring FROM rs_internal.key_info k WHERE k.parent = rel AND k.relid <> rel LIMIT 1;
    IF referring IS NOT NULL AND NOT cascade_drop THEN
        RAISE EXCEPTION USING ERRCODE = '2BP01', MESSAGE = 'cannot drop table ' || rel::text || ' because other objects depend on it',
            DETAIL = 'constraint on table ' || referring || ' depends on table ' || rel::text, HINT = 'Use DROP ... CASCADE to drop the dependent objects too.';
    END IF;
END $$;
