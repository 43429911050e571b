using System.Globalization;

namespace RedshiftEtl.Sandbox.Redshift.Sql;

/// <summary>A column type of Redshift (redshift-facts 7.2) and how the private PostgreSQL stores it.</summary>
/// <param name="Name">Lower-case base name, as <c>rs_internal.copy_columns</c> gives it.</param>
/// <param name="Length">Bytes of char, varchar and varbyte.</param>
/// <param name="Precision">Digits of numeric.</param>
/// <param name="Scale">Digits after the point of numeric.</param>
internal sealed record RedshiftType(string Name, int? Length = null, int? Precision = null, int? Scale = null)
{
    /// <summary>The longest VARCHAR, in bytes.</summary>
    public const int LongestVarchar = 65535;

    private const int LongestChar = 4096;
    private const int LongestVarbyte = 16_777_216;

    /// <summary>The type in the private PostgreSQL.</summary>
    public string Storage => Name switch
    {
        "char" => string.Create(CultureInfo.InvariantCulture, $"character({Length})"),
        "varchar" => Length is null ? "character varying" : string.Create(CultureInfo.InvariantCulture, $"character varying({Length})"),
        "numeric" => string.Create(CultureInfo.InvariantCulture, $"numeric({Precision},{Scale})"),
        "super" or "varbyte" or "geometry" or "geography" or "hllsketch" => "rs_catalog." + Name,
        "time" => "time without time zone",
        "timetz" => "time with time zone",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        _ => Name,
    };

    /// <summary>What a value must fulfil besides being of the storage type, as an SQL condition; null if nothing.</summary>
    /// <param name="column">The column, quoted.</param>
    public string? Limit(string column) => Name switch
    {
        // PostgreSQL counts characters, Redshift bytes; a padded CHAR has as many bytes as characters only if it is ASCII.
        "char" or "varchar" => string.Create(CultureInfo.InvariantCulture, $"octet_length({column}) <= {Length}"),
        "varbyte" => string.Create(CultureInfo.InvariantCulture, $"octet_length({column}::bytea) <= {Length}"),
        // DECIMAL(19) is kept in 8 bytes.
        "numeric" when Precision == 19 => string.Create(CultureInfo.InvariantCulture,
            $"{column} BETWEEN -9223372036854775808::numeric / 1e{Scale}::numeric AND 9223372036854775807::numeric / 1e{Scale}::numeric"),
        _ => null,
    };

    /// <summary>The type as messages and the catalog write it.</summary>
    public string Label => Name switch
    {
        "varbyte" => string.Create(CultureInfo.InvariantCulture, $"binary varying({Length})"),
        "super" or "geometry" or "geography" or "hllsketch" => Name,
        _ => Storage,
    };

    /// <summary>Takes a type at the cursor.</summary>
    /// <param name="cursor">Where the type stands.</param>
    /// <param name="column">The column, for the message that refuses a type.</param>
    /// <param name="inCast">In a cast, VARCHAR without a length has no limit and CHAR keeps to SQL's one character.</param>
    /// <exception cref="BackendException">The type isn't one of Redshift's (0A000), or its size is out of range (22023).</exception>
    public static RedshiftType Take(TokenCursor cursor, string? column = null, bool inCast = false)
    {
        var first = cursor.Current;
        if (!first.IsName) throw Lexer.Unexpected(first);
        string word = Literal.Fold(first.Raw.ToString().Trim('"'));
        cursor.Take();
        var type = TakeNamed(word, cursor, inCast) ?? throw Unsupported(word, column, first);
        if (cursor.Current.IsSymbol("[") || cursor.Current.Is("array")) throw Unsupported(type.Name + "[]", column, first);
        return type;
    }

    private static RedshiftType? TakeNamed(string word, TokenCursor cursor, bool inCast)
    {
        switch (word)
        {
            case "smallint" or "int2": return new("smallint");
            case "integer" or "int" or "int4": return new("integer");
            case "bigint" or "int8": return new("bigint");
            case "real" or "float4": return new("real");
            case "float8" or "float": return new("double precision");
            case "double": cursor.Expect("precision"); return new("double precision");
            case "boolean" or "bool": return new("boolean");
            case "decimal" or "numeric": return TakeNumeric(cursor);
            case "char" or "character" or "nchar":
                return cursor.TryTake("varying") ? TakeText(cursor, "varchar", inCast ? null : 256, LongestVarchar) : TakeText(cursor, "char", 1, LongestChar);
            case "bpchar": return TakeText(cursor, "char", 256, LongestChar);
            case "varchar" or "nvarchar": return TakeText(cursor, "varchar", inCast ? null : 256, LongestVarchar);
            case "text": return new("varchar", inCast ? null : 256);
            case "date": return new("date");
            case "time": return new(TakeZone(cursor) ? "timetz" : "time");
            case "timetz": return new("timetz");
            case "timestamp": return new(TakeZone(cursor) ? "timestamptz" : "timestamp");
            case "timestamptz": return new("timestamptz");
            case "super" or "geometry" or "geography" or "hllsketch": return new(word);
            case "binary": cursor.Expect("varying"); return TakeText(cursor, "varbyte", 64000, LongestVarbyte);
            case "varbyte" or "varbinary": return TakeText(cursor, "varbyte", 64000, LongestVarbyte);
            default: return null;
        }
    }

    private static RedshiftType TakeText(TokenCursor cursor, string name, int? fallback, int longest)
    {
        if (!cursor.TryTakeSymbol("(")) return new RedshiftType(name, fallback);
        int length = cursor.TryTake("max") ? longest : cursor.TakeInteger();
        cursor.ExpectSymbol(")");
        if (length < 1) throw new BackendException("22023", $"length for type {name} must be at least 1");
        if (length > longest) throw new BackendException("22023", string.Create(CultureInfo.InvariantCulture, $"length for type {name} cannot exceed {longest}"));
        return new RedshiftType(name, length);
    }

    private static RedshiftType TakeNumeric(TokenCursor cursor)
    {
        if (!cursor.TryTakeSymbol("(")) return new RedshiftType("numeric", null, 18, 0);
        int precision = cursor.TakeInteger();
        int scale = cursor.TryTakeSymbol(",") ? cursor.TakeInteger() : 0;
        cursor.ExpectSymbol(")");
        if (precision is < 1 or > 38) throw new BackendException("22023", string.Create(CultureInfo.InvariantCulture, $"NUMERIC precision {precision} must be between 1 and 38"));
        if (scale > Math.Min(precision, 37)) throw new BackendException("22023", string.Create(CultureInfo.InvariantCulture, $"NUMERIC scale {scale} must be between 0 and precision {precision}"));
        return new RedshiftType("numeric", null, precision, scale);
    }

    private static bool TakeZone(TokenCursor cursor)
    {
        if (cursor.TryTake("with", "time", "zone")) return true;
        cursor.TryTake("without", "time", "zone");
        return false;
    }

    private static BackendException Unsupported(string type, string? column, Token at)
    {
        int position = Lexer.CharacterPosition(at.Source, at.Start);
        return column is null
            ? new BackendException("42704", $"type \"{type}\" does not exist", position: position)
            : new BackendException("0A000", $"Column \"{column}\" has unsupported type \"{type}\".", position: position);
    }
}
