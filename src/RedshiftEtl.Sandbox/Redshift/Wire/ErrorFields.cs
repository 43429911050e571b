using System.Globalization;

namespace RedshiftEtl.Sandbox.Redshift.Wire;

/// <summary>The fields of an ErrorResponse or NoticeResponse.</summary>
internal sealed record ErrorFields
{
    /// <summary>ERROR, FATAL, WARNING, INFO, …</summary>
    public string Severity { get; init; } = "ERROR";

    /// <summary>The five-character SQLSTATE.</summary>
    public required string SqlState { get; init; }

    /// <summary>The primary message.</summary>
    public required string Message { get; init; }

    /// <summary>The DETAIL field, if any.</summary>
    public string? Detail { get; init; }

    /// <summary>The HINT field, if any.</summary>
    public string? Hint { get; init; }

    /// <summary>1-based character position in the statement, or 0.</summary>
    public int Position { get; init; }

    /// <summary>Schema of the object concerned, if PostgreSQL named it.</summary>
    public string? Schema { get; init; }

    /// <summary>Table concerned, if PostgreSQL named it.</summary>
    public string? Table { get; init; }

    /// <summary>Column concerned, if PostgreSQL named it.</summary>
    public string? Column { get; init; }

    /// <summary>Constraint concerned, if PostgreSQL named it.</summary>
    public string? Constraint { get; init; }

    /// <summary>The fields of an exception.</summary>
    public static ErrorFields From(BackendException error) => new()
    {
        SqlState = error.SqlState,
        Message = error.Message,
        Detail = error.Detail,
        Hint = error.Hint,
        Position = error.Position,
    };

    /// <summary>Reads the body of an 'E' or 'N' message; fields that Redshift's users have no use for are dropped.</summary>
    public static ErrorFields Parse(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var fields = new Dictionary<char, string>();
        for (byte kind = reader.Byte(); kind != 0; kind = reader.Byte()) fields[(char)kind] = reader.Text();
        return new ErrorFields
        {
            Severity = fields.GetValueOrDefault('V') ?? fields.GetValueOrDefault('S', "ERROR"),
            SqlState = fields.GetValueOrDefault('C', "XX000"),
            Message = fields.GetValueOrDefault('M', ""),
            Detail = fields.GetValueOrDefault('D'),
            Hint = fields.GetValueOrDefault('H'),
            Position = int.TryParse(fields.GetValueOrDefault('P'), CultureInfo.InvariantCulture, out int position) ? position : 0,
            Schema = fields.GetValueOrDefault('s'),
            Table = fields.GetValueOrDefault('t'),
            Column = fields.GetValueOrDefault('c'),
            Constraint = fields.GetValueOrDefault('n'),
        };
    }

    /// <summary>Writes the fields as an ErrorResponse ('E') or NoticeResponse ('N'). Redshift, a PostgreSQL 8.0, has no
    /// schema, table, column and constraint fields, so those aren't sent.</summary>
    public void Write(MessageWriter writer, char type)
    {
        writer.Begin(type);
        writer.Byte((byte)'S').Text(Severity).Byte((byte)'C').Text(SqlState).Byte((byte)'M').Text(Message);
        if (Detail is not null) writer.Byte((byte)'D').Text(Detail);
        if (Hint is not null) writer.Byte((byte)'H').Text(Hint);
        if (Position > 0) writer.Byte((byte)'P').Text(Position.ToString(CultureInfo.InvariantCulture));
        writer.Byte(0).End();
    }

    /// <summary>The same as an exception.</summary>
    public BackendException ToException() => new(SqlState, Message, Detail, Hint, Position);
}
