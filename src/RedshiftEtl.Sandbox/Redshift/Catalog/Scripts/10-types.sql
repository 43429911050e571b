-- Redshift's own types (redshift-facts 7.2). They are base types, so that casts and operators can be Redshift's.
CREATE SCHEMA rs_catalog;
CREATE SCHEMA rs_internal;
CREATE SCHEMA rs_system;
GRANT USAGE ON SCHEMA rs_catalog, rs_internal, rs_system TO PUBLIC;
GRANT ALL ON SCHEMA public TO PUBLIC;

CREATE TYPE rs_catalog.super;
CREATE FUNCTION rs_catalog.super_in(cstring) RETURNS rs_catalog.super LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'jsonb_in';
CREATE FUNCTION rs_catalog.super_out(rs_catalog.super) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'jsonb_out';
CREATE TYPE rs_catalog.super (INPUT = rs_catalog.super_in, OUTPUT = rs_catalog.super_out, LIKE = jsonb);
CREATE CAST (rs_catalog.super AS jsonb) WITHOUT FUNCTION;
CREATE CAST (jsonb AS rs_catalog.super) WITHOUT FUNCTION AS ASSIGNMENT;

CREATE TYPE rs_catalog.varbyte;
CREATE FUNCTION rs_catalog.varbyte_in(cstring) RETURNS rs_catalog.varbyte LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteain';
CREATE FUNCTION rs_catalog.varbyte_out(rs_catalog.varbyte) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaout';
CREATE FUNCTION rs_catalog.varbyte_recv(internal) RETURNS rs_catalog.varbyte LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'bytearecv';
CREATE TYPE rs_catalog.varbyte (INPUT = rs_catalog.varbyte_in, OUTPUT = rs_catalog.varbyte_out, RECEIVE = rs_catalog.varbyte_recv, LIKE = bytea);
CREATE CAST (rs_catalog.varbyte AS bytea) WITHOUT FUNCTION;
CREATE CAST (bytea AS rs_catalog.varbyte) WITHOUT FUNCTION AS ASSIGNMENT;

DO $$
DECLARE kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['geometry', 'geography', 'hllsketch'] LOOP
        EXECUTE format('CREATE TYPE rs_catalog.%I', kind);
        EXECUTE format('CREATE FUNCTION rs_catalog.%I(cstring) RETURNS rs_catalog.%I LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS ''textin''', kind || '_in', kind);
        EXECUTE format('CREATE FUNCTION rs_catalog.%I(rs_catalog.%I) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS ''textout''', kind || '_out', kind);
        EXECUTE format('CREATE TYPE rs_catalog.%I (INPUT = rs_catalog.%I, OUTPUT = rs_catalog.%I, LIKE = text)', kind, kind || '_in', kind || '_out');
        EXECUTE format('CREATE CAST (rs_catalog.%I AS text) WITHOUT FUNCTION AS ASSIGNMENT', kind);
    END LOOP;
END $$;

-- A SUPER as text: a string loses its quotes, anything else is JSON.
CREATE FUNCTION rs_catalog.super_text(value rs_catalog.super) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE jsonb_typeof(value::jsonb) WHEN 'string' THEN value::jsonb #>> '{}' WHEN 'null' THEN NULL ELSE value::jsonb::text END;
CREATE FUNCTION rs_catalog.super_varchar(value rs_catalog.super) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN rs_catalog.super_text(value)::varchar;
CREATE CAST (rs_catalog.super AS text) WITH FUNCTION rs_catalog.super_text(rs_catalog.super);
CREATE CAST (rs_catalog.super AS varchar) WITH FUNCTION rs_catalog.super_varchar(rs_catalog.super);

-- A VARBYTE as text is its bytes as UTF-8; text as VARBYTE likewise.
CREATE FUNCTION rs_catalog.varbyte_text(value rs_catalog.varbyte) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN convert_from(value::bytea, 'UTF8');
CREATE FUNCTION rs_catalog.varbyte_varchar(value rs_catalog.varbyte) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN convert_from(value::bytea, 'UTF8')::varchar;
CREATE FUNCTION rs_catalog.text_varbyte(value text) RETURNS rs_catalog.varbyte LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN convert_to(value, 'UTF8')::rs_catalog.varbyte;
CREATE CAST (rs_catalog.varbyte AS text) WITH FUNCTION rs_catalog.varbyte_text(rs_catalog.varbyte);
CREATE CAST (rs_catalog.varbyte AS varchar) WITH FUNCTION rs_catalog.varbyte_varchar(rs_catalog.varbyte);
CREATE CAST (text AS rs_catalog.varbyte) WITH FUNCTION rs_catalog.text_varbyte(text) AS ASSIGNMENT;

DO $$
DECLARE
    pair record;
    operation record;
BEGIN
    FOR pair IN SELECT * FROM (VALUES ('super', 'jsonb', 'jsonb_'), ('varbyte', 'bytea', 'bytea')) AS v(ours, theirs, prefix) LOOP
        FOR operation IN SELECT * FROM (VALUES ('=', 'eq'), ('<>', 'ne'), ('<', 'lt'), ('<=', 'le'), ('>', 'gt'), ('>=', 'ge')) AS o(sign, suffix) LOOP
            EXECUTE format('CREATE FUNCTION rs_catalog.%1$s_%2$s(rs_catalog.%1$s, rs_catalog.%1$s) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %3$L',
                pair.ours, operation.suffix, pair.prefix || operation.suffix);
            EXECUTE format('CREATE OPERATOR rs_catalog.%2$s (LEFTARG = rs_catalog.%1$s, RIGHTARG = rs_catalog.%1$s, FUNCTION = rs_catalog.%1$s_%3$s)',
                pair.ours, operation.sign, operation.suffix);
        END LOOP;
        EXECUTE format('CREATE FUNCTION rs_catalog.%1$s_cmp(rs_catalog.%1$s, rs_catalog.%1$s) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L',
            pair.ours, pair.prefix || 'cmp');
        EXECUTE format('CREATE OPERATOR CLASS rs_catalog.%1$s_ops DEFAULT FOR TYPE rs_catalog.%1$s USING btree AS OPERATOR 1 rs_catalog.<, OPERATOR 2 rs_catalog.<=,
            OPERATOR 3 rs_catalog.=, OPERATOR 4 rs_catalog.>=, OPERATOR 5 rs_catalog.>, FUNCTION 1 rs_catalog.%1$s_cmp(rs_catalog.%1$s, rs_catalog.%1$s)', pair.ours);
    END LOOP;
END $$;
