using System.Text.RegularExpressions;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;
using SQLitePCL;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Turns SQLite's result codes into faults.</summary>
internal static partial class SqliteError
{
    /// <summary>The fault of a result code, with the line of the SQL where SQLite's words tell it.</summary>
    public static EtlException From(int result, string message, SqliteConnection connection, SqlText? sql)
    {
        string where = sql is null ? "" : $"{sql.Describe(Find(message, sql))}: ";
        Fault fault = (result & 0xFF) switch
        {
            raw.SQLITE_NOTADB or raw.SQLITE_CANTOPEN => Fault.DatabaseNotFound,
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Fault.TransactionConflict,
            raw.SQLITE_INTERRUPT => Fault.Stopped,
            raw.SQLITE_ERROR when sql is not null => Fault.SqlInvalid,
            _ => Fault.SqlFailed,
        };
        return new EtlException(fault, $"{where}SQLite '{connection.Name}' ({connection.DataSource}): {message}", sql?.File ?? connection.DataSource);
    }

    /// <summary>Where the name or word stands that SQLite complains of; the start of the statement when it names none.</summary>
    private static int Find(string message, SqlText sql)
    {
        int start = sql.Statements[0].Start;
        Match named = Named().Match(message);
        if (!named.Success)
        {
            return start;
        }

        string word = Regex.Escape(named.Groups[1].Success ? named.Groups[1].Value : named.Groups[2].Value);
        Match found = new Regex($@"(?<!\w){word}(?!\w)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant).Match(sql.Text, start);
        return found.Success ? found.Index : start;
    }

    [GeneratedRegex("near \"(.+?)\"|: ([^ :]+)$")]
    private static partial Regex Named();
}
