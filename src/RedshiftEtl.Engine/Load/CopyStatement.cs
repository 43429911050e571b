using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Load;

/// <summary>The one COPY of a load, as fact sheet 1.9 recommends it: by manifest, with an explicit column list, changing neither encodings nor statistics.</summary>
internal static class CopyStatement
{
    /// <summary>Builds the statement.</summary>
    /// <param name="table">The target.</param>
    /// <param name="columns">The table's columns in the order of the fields.</param>
    /// <param name="manifestUrl">s3:// URL of the manifest.</param>
    /// <param name="authorization">The authorization clause.</param>
    /// <param name="compression">The compression of all parts.</param>
    /// <param name="dialect">How the parts are written.</param>
    /// <param name="region">The bucket's region where it is known: COPY needs it when it is not the cluster's.</param>
    public static string Build(
        TableName table,
        IReadOnlyList<string> columns,
        string manifestUrl,
        string authorization,
        Compression compression,
        CsvDialect dialect,
        string? region) =>
        $"COPY {table.Sql} ({string.Join(", ", columns.Select(SqlLiteral.Identifier))})\n"
        + $"FROM {SqlLiteral.Text(manifestUrl, SqlDialect.Redshift)}\n"
        + $"{authorization}\n"
        + (region is null ? "" : $"REGION {SqlLiteral.Text(region, SqlDialect.Redshift)}\n")
        + $"MANIFEST{Keyword(compression)}\n"
        + $"FORMAT AS CSV DELIMITER '{(char)CsvDialect.Delimiter}' QUOTE '{(char)CsvDialect.Quote}' NULL AS {SqlLiteral.Text(dialect.NullMarker, SqlDialect.Redshift)}\n"
        + "DATEFORMAT 'auto' TIMEFORMAT 'auto' ROUNDEC COMPUPDATE OFF STATUPDATE OFF MAXERROR 0";

    private static string Keyword(Compression compression) => compression switch
    {
        Compression.Zstd => " ZSTD",
        Compression.Gzip => " GZIP",
        _ => "",
    };
}
