using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>SET, RESET and SHOW (redshift-facts 8.3).</summary>
internal static class Settings
{
    /// <summary>Redshift's own settings with their defaults; kept under the prefix rs. in the private PostgreSQL, so that
    /// they follow transactions as all settings do.</summary>
    private static readonly Dictionary<string, string> s_own = new(StringComparer.Ordinal)
    {
        ["analyze_threshold_percent"] = "10",
        ["auto_mv"] = "on",
        ["cast_super_null_on_error"] = "on",
        ["datashare_break_glass_session_var"] = "",
        ["default_geometry_encoding"] = "1",
        ["describe_field_name_in_uppercase"] = "off",
        ["downcase_delimited_identifier"] = "on",
        ["enable_case_sensitive_identifier"] = "off",
        ["enable_case_sensitive_super_attribute"] = "off",
        ["enable_numeric_rounding"] = "on",
        ["enable_result_cache_for_session"] = "on",
        ["enable_vacuum_boost"] = "off",
        ["error_on_nondeterministic_update"] = "off",
        ["json_serialization_enable"] = "off",
        ["json_serialization_parse_nested_strings"] = "off",
        ["max_concurrency_scaling_clusters"] = "1",
        ["max_cursor_result_set_size"] = "0",
        ["mv_enable_aqmv_for_session"] = "on",
        ["navigate_super_null_on_error"] = "on",
        ["parse_super_null_on_error"] = "off",
        ["query_group"] = "default",
        ["spectrum_query_maxerror"] = "-1",
        ["use_fips_ssl"] = "off",
        ["wlm_query_slot_count"] = "1",
        ["stored_proc_log_min_messages"] = "LOG",
        ["timezone_abbreviations"] = "Default",
    };

    /// <summary>Settings that the private PostgreSQL has in the same sense.</summary>
    private static readonly HashSet<string> s_shared = new(StringComparer.Ordinal)
    {
        "application_name", "client_encoding", "client_min_messages", "datestyle", "extra_float_digits", "intervalstyle", "search_path", "seed", "statement_timeout", "timezone",
    };

    /// <summary>What drivers send at login and Redshift takes without effect.</summary>
    private static readonly HashSet<string> s_ignoredAtLogin = new(StringComparer.Ordinal)
    {
        "client_protocol_version", "driver_version", "os_version", "plugin_name", "replication", "idp_type", "provider_name", "statement_caching",
    };

    /// <summary>The statement that makes a setting of the startup message, or null if it has no effect.</summary>
    public static string? AtLogin(string name, string value, SessionState state)
    {
        string key = Literal.Fold(name);
        if (s_ignoredAtLogin.Contains(key) || key.StartsWith("_pq_.", StringComparison.Ordinal)) return null;
        if (key == "client_encoding") return Encoding(value);
        if (key == "search_path") return $"SET search_path TO {SearchPath.ForBackend(value.Split(',').Select(schema => schema.Trim().Trim('"')))}";
        if (key == "enable_case_sensitive_identifier") state.CaseSensitive = IsOn(value);
        return $"SET {Stored(key)} TO {Literal.Quote(value)}";
    }

    /// <summary>The plan for SET.</summary>
    public static Plan Set(Statement statement, SessionState state)
    {
        var cursor = statement.Cursor();
        int at = cursor.Take().Start;
        bool local = cursor.TryTake("local");
        if (!local && !(cursor.Current.Is("session") && cursor.Peek(1).IsAny("authorization", "characteristics"))) cursor.TryTake("session");
        if (cursor.TryTake("session", "authorization")) return Authorization(cursor, state, at);
        // Isolation is a property of the database; the words are accepted (redshift-facts 3).
        if (cursor.TryTake("session", "characteristics") || cursor.Current.Is("transaction")) return Done("SET");
        string scope = local ? "SET LOCAL " : "SET ";
        if (cursor.TryTake("time", "zone")) return Forward($"{scope}TIME ZONE {Rest(cursor)}", at);
        string key = cursor.TakeName();
        if (!cursor.TryTake("to")) cursor.ExpectSymbol("=");
        var values = TakeValues(cursor);
        if (key == "search_path")
            return Forward(values is null ? $"{scope}search_path TO {SearchPath.ForBackend(SearchPath.Default)}" : $"{scope}search_path TO {SearchPath.ForBackend(values)}", at);
        if (key == "client_encoding" && values is not null) return Forward(Encoding(values[0]), at);
        if (key == "enable_case_sensitive_identifier") state.CaseSensitive = values is not null && IsOn(values[0]);
        return Forward(values is null ? $"RESET {Stored(key)}" : $"{scope}{Stored(key)} TO {string.Join(", ", values.Select(Literal.Quote))}", at) with { Tag = "SET" };
    }

    /// <summary>The plan for RESET.</summary>
    public static Plan Reset(Statement statement, SessionState state)
    {
        var cursor = statement.Cursor();
        int at = cursor.Take().Start;
        if (cursor.TryTake("session", "authorization")) return Forward($"SET SESSION AUTHORIZATION {Literal.QuoteName(state.User)}", at);
        if (cursor.TryTake("all")) return Done("RESET");
        string key = cursor.TakeName();
        cursor.ExpectEnd();
        if (key == "search_path") return Forward($"SET search_path TO {SearchPath.ForBackend(SearchPath.Default)}", at);
        if (key == "enable_case_sensitive_identifier") state.CaseSensitive = false;
        return Forward($"RESET {Stored(key)}", at);
    }

    /// <summary>The plan for SHOW of a setting.</summary>
    public static Plan Show(TokenCursor cursor)
    {
        int at = cursor.Current.Start;
        if (cursor.TryTake("time", "zone")) return Forward("SHOW TIME ZONE", at);
        if (cursor.TryTake("transaction", "isolation", "level")) return Forward("SELECT CASE current_setting('default_transaction_isolation') WHEN 'serializable' THEN 'Serializable' ELSE 'Snapshot Isolation' END AS transaction_isolation", at);
        string key = cursor.TakeName();
        cursor.ExpectEnd();
        return Forward(key switch
        {
            "search_path" => "SELECT rs_catalog.shown_search_path() AS search_path",
            "server_version" => "SELECT '8.0.2'::text AS server_version",
            "is_superuser" or "session_authorization" or "server_encoding" or "integer_datetimes" or "standard_conforming_strings" or "lc_collate" or "all" or "transaction_isolation" or "max_index_keys" => $"SHOW {key}",
            _ when s_own.TryGetValue(key, out string? fallback) => $"SELECT coalesce(nullif(current_setting('rs.{key}', true), ''), {Literal.Quote(fallback)}) AS {key}",
            _ => $"SHOW {Stored(key)}",
        }, at);
    }

    private static ForwardPlan Authorization(TokenCursor cursor, SessionState state, int at)
    {
        string user = cursor.TryTake("default") ? state.User : cursor.Current.Kind == TokenKind.Text ? Literal.Value(cursor.Take()) : cursor.TakeName();
        cursor.ExpectEnd();
        if (!state.IsSuperuser && user != state.User) throw new BackendException("42501", "permission denied to set session authorization");
        return Forward($"SET SESSION AUTHORIZATION {Literal.QuoteName(user)}", at);
    }

    private static string Stored(string key)
    {
        if (s_own.ContainsKey(key)) return "rs." + key;
        if (s_shared.Contains(key)) return key;
        throw new BackendException("42704", $"unrecognized configuration parameter \"{key}\"");
    }

    private static string Encoding(string value)
    {
        string name = value.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
        // Redshift speaks UTF-8 only; SQL_ASCII is what libpq says in a C locale.
        if (name is "UTF8" or "UNICODE" or "SQL_ASCII" or "AUTO") return "SET client_encoding TO 'UTF8'";
        throw new BackendException("22023", $"invalid value for parameter \"client_encoding\": \"{value}\"");
    }

    private static List<string>? TakeValues(TokenCursor cursor)
    {
        if (cursor.TryTake("default")) return null;
        var values = new List<string>();
        do
        {
            string sign = cursor.TryTakeSymbol("-") ? "-" : "";
            var token = cursor.Take();
            values.Add(token.Kind switch
            {
                TokenKind.Text => Literal.Value(token),
                TokenKind.Number => sign + token.Raw.ToString(),
                TokenKind.Word or TokenKind.QuotedName => Literal.Name(token),
                _ => throw Lexer.Unexpected(token),
            });
        }
        while (cursor.TryTakeSymbol(","));
        cursor.ExpectEnd();
        return values;
    }

    private static string Rest(TokenCursor cursor) => cursor.Current.Source[cursor.Current.Start..cursor.Tokens[^1].Start];

    private static bool IsOn(string value) => Literal.Fold(value) is "true" or "on" or "1" or "yes" or "t";

    private static ForwardPlan Forward(string sql, int at) => new(new SqlText().Add(sql, at));

    private static LocalPlan Done(string tag) => new((_, _) => Task.FromResult(tag)) { Detached = true };
}
