-- Redshift's functions that PostgreSQL lacks or means otherwise. New-style SQL bodies are parsed once, here, so that the
-- session's standard_conforming_strings can't change them.
CREATE FUNCTION rs_catalog.version() RETURNS text LANGUAGE sql IMMUTABLE
    RETURN 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.12103'::text;
CREATE FUNCTION rs_catalog.shown_search_path() RETURNS text LANGUAGE sql STABLE
    RETURN regexp_replace(regexp_replace(current_setting('search_path'), '^"?rs_catalog"?, "?rs_system"?, "?pg_catalog"?(, )?', ''), '"([a-z_][a-z0-9_]*)"', '\1', 'g');
CREATE FUNCTION rs_catalog."current_schema"() RETURNS name LANGUAGE sql STABLE
    RETURN (SELECT s FROM unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS u(s, n) WHERE s NOT IN ('rs_catalog', 'rs_system', 'pg_catalog') ORDER BY n LIMIT 1);
CREATE FUNCTION rs_catalog.current_user_id() RETURNS integer LANGUAGE sql STABLE
    RETURN (SELECT oid::bigint::integer FROM pg_roles WHERE rolname = CURRENT_USER);
CREATE FUNCTION rs_catalog.pg_last_copy_id() RETURNS integer LANGUAGE sql VOLATILE
    RETURN coalesce(nullif(current_setting('rs.last_copy_id', true), ''), '-1')::integer;
CREATE FUNCTION rs_catalog.pg_last_copy_count() RETURNS bigint LANGUAGE sql VOLATILE
    RETURN coalesce(nullif(current_setting('rs.last_copy_count', true), ''), '0')::bigint;
CREATE FUNCTION rs_catalog.pg_last_query_id() RETURNS integer LANGUAGE sql VOLATILE
    RETURN coalesce(nullif(current_setting('rs.last_query_id', true), ''), '-1')::integer;

-- Date and time.
CREATE FUNCTION rs_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE
    RETURN date_trunc('second', statement_timestamp())::timestamp;
CREATE FUNCTION rs_catalog.sysdate() RETURNS timestamp LANGUAGE sql STABLE
    RETURN transaction_timestamp()::timestamp;
CREATE FUNCTION rs_catalog.trunc(value timestamp) RETURNS date LANGUAGE sql IMMUTABLE STRICT RETURN value::date;
CREATE FUNCTION rs_catalog.trunc(value date) RETURNS date LANGUAGE sql IMMUTABLE STRICT RETURN value;
CREATE FUNCTION rs_catalog.trunc(value timestamptz) RETURNS date LANGUAGE sql STABLE STRICT RETURN value::date;
CREATE FUNCTION rs_catalog.date_trunc(part text, value date) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT RETURN pg_catalog.date_trunc(part, value::timestamp);
CREATE FUNCTION rs_catalog.add_months(value timestamp, months bigint) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT
    RETURN CASE WHEN pg_catalog.date_trunc('day', value) = pg_catalog.date_trunc('month', value) + interval '1 month - 1 day'
        -- The last day of a month stays a last day.
        THEN pg_catalog.date_trunc('month', value) + (months + 1) * interval '1 month' - interval '1 day' + (value - pg_catalog.date_trunc('day', value))
        ELSE value + months * interval '1 month' END;
CREATE FUNCTION rs_catalog.add_months(value date, months bigint) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT RETURN rs_catalog.add_months(value::timestamp, months);
CREATE FUNCTION rs_catalog.last_day(value timestamp) RETURNS date LANGUAGE sql IMMUTABLE STRICT
    RETURN (pg_catalog.date_trunc('month', value) + interval '1 month - 1 day')::date;
CREATE FUNCTION rs_catalog.last_day(value date) RETURNS date LANGUAGE sql IMMUTABLE STRICT RETURN rs_catalog.last_day(value::timestamp);
CREATE FUNCTION rs_catalog.months_between(later timestamp, earlier timestamp) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT
    RETURN (pg_catalog.date_part('year', later) - pg_catalog.date_part('year', earlier)) * 12 + pg_catalog.date_part('month', later) - pg_catalog.date_part('month', earlier)
        + CASE WHEN pg_catalog.date_part('day', later) = pg_catalog.date_part('day', earlier)
                 OR (later::date = rs_catalog.last_day(later) AND earlier::date = rs_catalog.last_day(earlier)) THEN 0
          ELSE (pg_catalog.date_part('day', later) - pg_catalog.date_part('day', earlier)
                + (pg_catalog.date_part('epoch', later::time) - pg_catalog.date_part('epoch', earlier::time)) / 86400) / 31 END;
CREATE FUNCTION rs_catalog.months_between(later date, earlier date) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT
    RETURN rs_catalog.months_between(later::timestamp, earlier::timestamp);
CREATE FUNCTION rs_catalog.next_day(value timestamp, day text) RETURNS date LANGUAGE sql IMMUTABLE STRICT
    RETURN value::date + 1 + ((array_position(ARRAY['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'], lower(left(day, 2))) - 1 - pg_catalog.date_part('dow', value)::integer - 1 + 14) % 7);

-- The long name of a date part in any of its spellings.
CREATE FUNCTION rs_internal.date_part_name(part text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    CASE lower(part)
        WHEN 'millennium', 'millennia', 'mil', 'mils' THEN RETURN 'millennium';
        WHEN 'century', 'centuries', 'c', 'cent', 'cents' THEN RETURN 'century';
        WHEN 'decade', 'decades', 'dec', 'decs' THEN RETURN 'decade';
        WHEN 'epoch' THEN RETURN 'epoch';
        WHEN 'year', 'years', 'y', 'yr', 'yrs' THEN RETURN 'year';
        WHEN 'quarter', 'quarters', 'qtr', 'qtrs' THEN RETURN 'quarter';
        WHEN 'month', 'months', 'mon', 'mons' THEN RETURN 'month';
        WHEN 'week', 'weeks', 'w' THEN RETURN 'week';
        WHEN 'dayofweek', 'dow', 'dw', 'weekday' THEN RETURN 'dow';
        WHEN 'dayofyear', 'doy', 'dy', 'yearday' THEN RETURN 'doy';
        WHEN 'day', 'days', 'd' THEN RETURN 'day';
        WHEN 'hour', 'hours', 'h', 'hr', 'hrs' THEN RETURN 'hour';
        WHEN 'minute', 'minutes', 'm', 'min', 'mins' THEN RETURN 'minute';
        WHEN 'second', 'seconds', 's', 'sec', 'secs' THEN RETURN 'second';
        WHEN 'millisecond', 'milliseconds', 'ms', 'msec', 'msecs', 'msecond', 'mseconds', 'millisec', 'millisecs', 'millisecon' THEN RETURN 'milliseconds';
        WHEN 'microsecond', 'microseconds', 'microsec', 'microsecs', 'usecond', 'useconds', 'us', 'usec', 'usecs' THEN RETURN 'microseconds';
        WHEN 'timezone', 'timezone_hour', 'timezone_minute' THEN RETURN lower(part);
        ELSE RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'unsupported date part "' || part || '"';
    END CASE;
END $$;
-- Parts within a second are the fraction's digits alone, not the seconds with them.
CREATE FUNCTION rs_catalog.date_part(part text, value timestamp) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT
    RETURN CASE rs_internal.date_part_name(part)
        WHEN 'second' THEN floor(pg_catalog.date_part('second', value))
        WHEN 'milliseconds' THEN floor(pg_catalog.date_part('milliseconds', value))::bigint % 1000
        WHEN 'microseconds' THEN pg_catalog.date_part('microseconds', value)::bigint % 1000000
        WHEN 'epoch' THEN pg_catalog.date_part('epoch', value)
        ELSE pg_catalog.date_part(rs_internal.date_part_name(part), value) END;
CREATE FUNCTION rs_catalog.date_part(part text, value date) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT RETURN rs_catalog.date_part(part, value::timestamp);
CREATE FUNCTION rs_catalog.date_part(part text, value timestamptz) RETURNS double precision LANGUAGE sql STABLE STRICT
    RETURN CASE WHEN rs_internal.date_part_name(part) LIKE 'timezone%' OR rs_internal.date_part_name(part) = 'epoch'
        THEN pg_catalog.date_part(rs_internal.date_part_name(part), value) ELSE rs_catalog.date_part(part, value::timestamp) END;
CREATE FUNCTION rs_catalog.date_part(part text, value time) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT RETURN rs_catalog.date_part(part, '1970-01-01'::date + value);
CREATE FUNCTION rs_catalog.date_part_year(value date) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN pg_catalog.date_part('year', value)::integer;
CREATE FUNCTION rs_catalog.extract_part(part text, value timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT RETURN floor(rs_catalog.date_part(part, value))::bigint;
CREATE FUNCTION rs_catalog.extract_part(part text, value date) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT RETURN floor(rs_catalog.date_part(part, value::timestamp))::bigint;
CREATE FUNCTION rs_catalog.extract_part(part text, value timestamptz) RETURNS bigint LANGUAGE sql STABLE STRICT RETURN floor(rs_catalog.date_part(part, value))::bigint;
CREATE FUNCTION rs_catalog.extract_part(part text, value time) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT RETURN floor(rs_catalog.date_part(part, '1970-01-01'::date + value))::bigint;
CREATE FUNCTION rs_catalog.extract_part(part text, value interval) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT RETURN floor(pg_catalog.date_part(rs_internal.date_part_name(part), value))::bigint;

CREATE FUNCTION rs_catalog.dateadd(part text, amount bigint, value timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT
    RETURN CASE rs_internal.date_part_name(part)
        -- Months and what is made of them keep the last day of a month (DATEADD, as ADD_MONTHS does).
        WHEN 'millennium' THEN rs_catalog.add_months(value, amount * 12000) WHEN 'century' THEN rs_catalog.add_months(value, amount * 1200)
        WHEN 'decade' THEN rs_catalog.add_months(value, amount * 120) WHEN 'year' THEN value + amount * interval '1 year'
        WHEN 'quarter' THEN rs_catalog.add_months(value, amount * 3) WHEN 'month' THEN rs_catalog.add_months(value, amount)
        WHEN 'week' THEN value + amount * interval '7 days' WHEN 'day' THEN value + amount * interval '1 day' WHEN 'dow' THEN value + amount * interval '1 day'
        WHEN 'doy' THEN value + amount * interval '1 day' WHEN 'hour' THEN value + amount * interval '1 hour' WHEN 'minute' THEN value + amount * interval '1 minute'
        WHEN 'second' THEN value + amount * interval '1 second' WHEN 'milliseconds' THEN value + amount * interval '1 millisecond'
        WHEN 'microseconds' THEN value + amount * interval '1 microsecond' END;
CREATE FUNCTION rs_catalog.dateadd(part text, amount bigint, value date) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT RETURN rs_catalog.dateadd(part, amount, value::timestamp);
CREATE FUNCTION rs_catalog.dateadd(part text, amount bigint, value timestamptz) RETURNS timestamptz LANGUAGE sql STABLE STRICT
    RETURN rs_catalog.dateadd(part, amount, value::timestamp)::timestamptz;
CREATE FUNCTION rs_catalog.dateadd(part text, amount bigint, value time) RETURNS time LANGUAGE sql IMMUTABLE STRICT RETURN rs_catalog.dateadd(part, amount, '1970-01-01'::date + value)::time;
CREATE FUNCTION rs_catalog.dateadd(part text, amount bigint, value text) RETURNS timestamp LANGUAGE sql STABLE STRICT RETURN rs_catalog.dateadd(part, amount, value::timestamp);

-- DATEDIFF counts the boundaries between the two, not the whole units.
CREATE FUNCTION rs_catalog.datediff(part text, earlier timestamp, later timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
    RETURN CASE rs_internal.date_part_name(part)
        WHEN 'millennium' THEN pg_catalog.date_part('millennium', later) - pg_catalog.date_part('millennium', earlier)
        WHEN 'century' THEN pg_catalog.date_part('century', later) - pg_catalog.date_part('century', earlier)
        WHEN 'decade' THEN pg_catalog.date_part('decade', later) - pg_catalog.date_part('decade', earlier)
        WHEN 'year' THEN pg_catalog.date_part('year', later) - pg_catalog.date_part('year', earlier)
        WHEN 'quarter' THEN (pg_catalog.date_part('year', later) - pg_catalog.date_part('year', earlier)) * 4 + pg_catalog.date_part('quarter', later) - pg_catalog.date_part('quarter', earlier)
        WHEN 'month' THEN (pg_catalog.date_part('year', later) - pg_catalog.date_part('year', earlier)) * 12 + pg_catalog.date_part('month', later) - pg_catalog.date_part('month', earlier)
        -- A week begins on Sunday.
        WHEN 'week' THEN ((later::date - pg_catalog.date_part('dow', later)::integer) - (earlier::date - pg_catalog.date_part('dow', earlier)::integer)) / 7
        WHEN 'day' THEN later::date - earlier::date WHEN 'dow' THEN later::date - earlier::date WHEN 'doy' THEN later::date - earlier::date
        WHEN 'hour' THEN floor(extract(epoch FROM later) / 3600) - floor(extract(epoch FROM earlier) / 3600)
        WHEN 'minute' THEN floor(extract(epoch FROM later) / 60) - floor(extract(epoch FROM earlier) / 60)
        WHEN 'second' THEN floor(extract(epoch FROM later)) - floor(extract(epoch FROM earlier))
        WHEN 'milliseconds' THEN floor(extract(epoch FROM later) * 1000) - floor(extract(epoch FROM earlier) * 1000)
        WHEN 'microseconds' THEN (extract(epoch FROM later) - extract(epoch FROM earlier)) * 1000000 END::bigint;
CREATE FUNCTION rs_catalog.datediff(part text, earlier date, later date) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT RETURN rs_catalog.datediff(part, earlier::timestamp, later::timestamp);
CREATE FUNCTION rs_catalog.datediff(part text, earlier timestamptz, later timestamptz) RETURNS bigint LANGUAGE sql STABLE STRICT RETURN rs_catalog.datediff(part, earlier::timestamp, later::timestamp);
CREATE FUNCTION rs_catalog.datediff(part text, earlier time, later time) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
    RETURN rs_catalog.datediff(part, '1970-01-01'::date + earlier, '1970-01-01'::date + later);
CREATE FUNCTION rs_catalog.date_add(part text, amount bigint, value timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT RETURN rs_catalog.dateadd(part, amount, value);
CREATE FUNCTION rs_catalog.date_diff(part text, earlier timestamp, later timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT RETURN rs_catalog.datediff(part, earlier, later);
CREATE FUNCTION rs_catalog.convert_timezone(zone text, value timestamp) RETURNS timestamp LANGUAGE sql STABLE STRICT RETURN (value AT TIME ZONE 'UTC') AT TIME ZONE zone;
CREATE FUNCTION rs_catalog.convert_timezone(source text, zone text, value timestamp) RETURNS timestamp LANGUAGE sql STABLE STRICT RETURN (value AT TIME ZONE source) AT TIME ZONE zone;
CREATE FUNCTION rs_catalog.convert_timezone(zone text, value timestamptz) RETURNS timestamp LANGUAGE sql STABLE STRICT RETURN value AT TIME ZONE zone;

-- Text.
CREATE FUNCTION rs_catalog.len(value text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN length(value);
CREATE FUNCTION rs_catalog.len(value varchar) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN length(value);
CREATE FUNCTION rs_catalog.len(value character) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN length(value);
CREATE FUNCTION rs_catalog.charindex(part text, value text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN strpos(value, part);
CREATE FUNCTION rs_catalog.concat(first text, second text) RETURNS text LANGUAGE sql IMMUTABLE STRICT RETURN first || second;
CREATE FUNCTION rs_catalog.replicate(value text, times integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT RETURN repeat(value, times);
CREATE FUNCTION rs_catalog.regexp_replace(value text, pattern text) RETURNS text LANGUAGE sql IMMUTABLE STRICT RETURN pg_catalog.regexp_replace(value, pattern, '', 'g');
CREATE FUNCTION rs_catalog.regexp_replace(value text, pattern text, replacement text) RETURNS text LANGUAGE sql IMMUTABLE STRICT RETURN pg_catalog.regexp_replace(value, pattern, replacement, 'g');
CREATE FUNCTION rs_catalog.regexp_substr(value text, pattern text) RETURNS text LANGUAGE sql IMMUTABLE STRICT RETURN coalesce(pg_catalog.regexp_substr(value, pattern), '');
CREATE FUNCTION rs_catalog.regexp_count(value text, pattern text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN pg_catalog.regexp_count(value, pattern);
CREATE FUNCTION rs_catalog.sha2(value text, bits integer) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    CASE bits
        WHEN 0, 256 THEN RETURN encode(sha256(convert_to(value, 'UTF8')), 'hex');
        WHEN 224 THEN RETURN encode(sha224(convert_to(value, 'UTF8')), 'hex');
        WHEN 384 THEN RETURN encode(sha384(convert_to(value, 'UTF8')), 'hex');
        WHEN 512 THEN RETURN encode(sha512(convert_to(value, 'UTF8')), 'hex');
        ELSE RETURN '';
    END CASE;
END $$;
CREATE FUNCTION rs_catalog.strtol(value text, base integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    digits text := lower(trim(value));
    result numeric := 0;
    sign integer := 1;
    digit integer;
BEGIN
    IF base NOT BETWEEN 2 AND 36 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid base for STRTOL: ' || base;
    END IF;
    IF left(digits, 1) IN ('-', '+') THEN
        sign := CASE left(digits, 1) WHEN '-' THEN -1 ELSE 1 END;
        digits := substr(digits, 2);
    END IF;
    IF base = 16 AND left(digits, 2) = '0x' THEN digits := substr(digits, 3); END IF;
    FOR i IN 1..length(digits) LOOP
        digit := strpos('0123456789abcdefghijklmnopqrstuvwxyz', substr(digits, i, 1)) - 1;
        IF digit < 0 OR digit >= base THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'The input ' || value || ' is not valid to be converted to base ' || base;
        END IF;
        result := result * base + digit;
    END LOOP;
    RETURN sign * result;
END $$;

-- Bytes.
CREATE FUNCTION rs_catalog.to_hex(value rs_catalog.varbyte) RETURNS text LANGUAGE sql IMMUTABLE STRICT RETURN encode(value::bytea, 'hex');
CREATE FUNCTION rs_catalog.from_hex(value text) RETURNS rs_catalog.varbyte LANGUAGE sql IMMUTABLE STRICT RETURN decode(value, 'hex')::rs_catalog.varbyte;
CREATE FUNCTION rs_catalog.to_varbyte(value text, format text) RETURNS rs_catalog.varbyte LANGUAGE sql IMMUTABLE STRICT
    RETURN CASE lower(format) WHEN 'hex' THEN decode(value, 'hex') WHEN 'base64' THEN decode(value, 'base64') ELSE convert_to(value, 'UTF8') END::rs_catalog.varbyte;
CREATE FUNCTION rs_catalog.from_varbyte(value rs_catalog.varbyte, format text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
    RETURN CASE lower(format) WHEN 'hex' THEN encode(value::bytea, 'hex') WHEN 'base64' THEN encode(value::bytea, 'base64') ELSE convert_from(value::bytea, 'UTF8') END;
CREATE FUNCTION rs_catalog.octet_length(value rs_catalog.varbyte) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN pg_catalog.octet_length(value::bytea);
CREATE FUNCTION rs_catalog.len(value rs_catalog.varbyte) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN pg_catalog.octet_length(value::bytea);
CREATE FUNCTION rs_catalog.length(value rs_catalog.varbyte) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN pg_catalog.octet_length(value::bytea);

-- JSON and SUPER.
CREATE FUNCTION rs_catalog.json_parse(value text) RETURNS rs_catalog.super LANGUAGE sql IMMUTABLE STRICT RETURN value::jsonb::rs_catalog.super;
CREATE FUNCTION rs_catalog.json_serialize(value rs_catalog.super) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE document jsonb := value::jsonb; result text;
BEGIN
    -- Without the blanks that PostgreSQL puts after commas and colons.
    IF jsonb_typeof(document) = 'object' THEN
        SELECT '{' || coalesce(string_agg(to_json(e.key)::text || ':' || rs_catalog.json_serialize(e.value::rs_catalog.super), ',' ORDER BY e.n), '') || '}'
        INTO result FROM jsonb_each(document) WITH ORDINALITY AS e(key, value, n);
    ELSIF jsonb_typeof(document) = 'array' THEN
        SELECT '[' || coalesce(string_agg(rs_catalog.json_serialize(e.value::rs_catalog.super), ',' ORDER BY e.n), '') || ']'
        INTO result FROM jsonb_array_elements(document) WITH ORDINALITY AS e(value, n);
    ELSE
        result := document::text;
    END IF;
    RETURN result;
END $$;
CREATE FUNCTION rs_catalog.json_typeof(value rs_catalog.super) RETURNS text LANGUAGE sql IMMUTABLE STRICT RETURN jsonb_typeof(value::jsonb);
CREATE FUNCTION rs_catalog.is_valid_json(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN jsonb_typeof(value::jsonb) = 'object';
EXCEPTION WHEN others THEN
    RETURN false;
END $$;
CREATE FUNCTION rs_catalog.json_extract_path_text(value text, VARIADIC path text[]) RETURNS text LANGUAGE sql IMMUTABLE STRICT
    RETURN coalesce(value::jsonb #>> path, '');
CREATE FUNCTION rs_catalog.json_array_length(value text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN jsonb_array_length(value::jsonb);
CREATE FUNCTION rs_catalog.json_extract_array_element_text(value text, element integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT
    RETURN value::jsonb ->> element;

-- AVG of integers is an integer: the decimals are cut off.
CREATE FUNCTION rs_internal.integer_average(state bigint[]) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT RETURN CASE WHEN state[1] > 0 THEN state[2] / state[1] END;
CREATE FUNCTION rs_internal.numeric_state(state numeric[], value bigint) RETURNS numeric[] LANGUAGE sql IMMUTABLE STRICT RETURN ARRAY[state[1] + 1, state[2] + value];
CREATE FUNCTION rs_internal.numeric_average(state numeric[]) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT RETURN CASE WHEN state[1] > 0 THEN trunc(state[2] / state[1])::bigint END;
CREATE AGGREGATE rs_catalog.avg(smallint) (SFUNC = int2_avg_accum, STYPE = bigint[], FINALFUNC = rs_internal.integer_average, INITCOND = '{0,0}');
CREATE AGGREGATE rs_catalog.avg(integer) (SFUNC = int4_avg_accum, STYPE = bigint[], FINALFUNC = rs_internal.integer_average, INITCOND = '{0,0}');
CREATE AGGREGATE rs_catalog.avg(bigint) (SFUNC = rs_internal.numeric_state, STYPE = numeric[], FINALFUNC = rs_internal.numeric_average, INITCOND = '{0,0}');

-- MEDIAN over a window, where percentile_cont cannot stand.
CREATE FUNCTION rs_internal.median_of(items double precision[]) RETURNS double precision LANGUAGE sql IMMUTABLE AS
    'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY item) FROM unnest(items) item';
CREATE AGGREGATE rs_internal.median(double precision) (SFUNC = array_append, STYPE = double precision[], INITCOND = '{}', FINALFUNC = rs_internal.median_of);
