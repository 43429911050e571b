using System.Globalization;
using System.Text;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>An ErrorResponse of a PostgreSQL server.</summary>
internal sealed class ServerError : Exception
{
    private ServerError(string message)
        : base(message)
    {
    }

    /// <summary>The five signs of the SQLSTATE.</summary>
    public string SqlState { get; private init; } = "";

    /// <summary>The server's DETAIL, or empty.</summary>
    public string Detail { get; private init; } = "";

    /// <summary>The server's HINT, or empty.</summary>
    public string Hint { get; private init; } = "";

    /// <summary>The character of the query, from 1, that the server points to; 0 when it points to none.</summary>
    public int Position { get; private init; }

    /// <summary>Reads the message's body: a code byte and a NUL-ended text for each field.</summary>
    public static ServerError Read(ReadOnlySpan<byte> body)
    {
        string state = "", message = "", detail = "", hint = "", position = "";
        while (body.Length > 1 && body[0] != 0)
        {
            int end = body[1..].IndexOf((byte)0);
            string text = Encoding.UTF8.GetString(body.Slice(1, end));
            switch ((char)body[0])
            {
                case 'C':
                    state = text;
                    break;
                case 'M':
                    message = text;
                    break;
                case 'D':
                    detail = text;
                    break;
                case 'H':
                    hint = text;
                    break;
                case 'P':
                    position = text;
                    break;
            }

            body = body[(end + 2)..];
        }

        return new ServerError(message)
        {
            SqlState = state,
            Detail = detail,
            Hint = hint,
            Position = int.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out int character) ? character : 0,
        };
    }
}
