using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>How a job's sessions on Redshift are set up (fact sheet 8.3); what is null is left as it is.</summary>
public sealed record SessionSettings
{
    /// <summary>Nothing is set.</summary>
    public static SessionSettings None { get; } = new();

    /// <summary>Label of the queries, by which WLM may route them; 30 characters of it are kept.</summary>
    public string? QueryGroup { get; init; }

    /// <summary>Slots of the queue that a statement takes, 1 to 50; without a meaning under automatic WLM and on Serverless.</summary>
    public int? QuerySlotCount { get; init; }

    /// <summary>The longest that one statement may take, its wait in a queue included; from one millisecond.</summary>
    public TimeSpan? StatementTimeout { get; init; }

    /// <summary>Schemas in which names without one are looked for, in order.</summary>
    public IReadOnlyList<string> SearchPath { get; init; } = [];

    /// <summary>The name that the system tables show.</summary>
    public string? ApplicationName { get; init; }

    /// <summary>A comment before every statement, so that a DBA sees in the system tables whose it is; null for none.</summary>
    internal string? Label { get; init; }

    /// <summary>The settings with the label of a run.</summary>
    internal SessionSettings For(string job, string runId) =>
        this with { Label = $"/* RedshiftEtl job={Comment(job)} run={Comment(runId)} */ " };

    /// <summary>The statements that set a session up, each alone.</summary>
    internal IEnumerable<string> ToStatements()
    {
        if (QueryGroup is not null)
        {
            yield return $"SET query_group TO {SqlLiteral.Text(QueryGroup, SqlDialect.Redshift)}";
        }

        if (QuerySlotCount is { } slots)
        {
            yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SET wlm_query_slot_count TO {slots}");
        }

        if (StatementTimeout is { } timeout)
        {
            yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SET statement_timeout TO {Math.Max(1, (long)timeout.TotalMilliseconds)}");
        }

        if (SearchPath.Count > 0)
        {
            yield return $"SET search_path TO {string.Join(", ", SearchPath.Select(schema => SqlLiteral.Identifier(TableName.Fold(schema))))}";
        }
    }

    /// <summary>Reads the job's Session.</summary>
    internal static SessionSettings Read(DefinitionReader job, string subject, List<DefinitionMistake> mistakes)
    {
        if (job.Table("Session") is not { } table)
        {
            return None;
        }

        var reader = new DefinitionReader(table, $"Session of {subject}", mistakes);
        var settings = new SessionSettings
        {
            QueryGroup = reader.Text("QueryGroup"),
            QuerySlotCount = reader.Integer("QuerySlotCount", 1, 50),
            StatementTimeout = reader.Duration("StatementTimeout"),
            SearchPath = reader.Texts("SearchPath"),
            ApplicationName = reader.Text("ApplicationName"),
        };
        reader.RefuseUnknown();
        return settings;
    }

    /// <summary>Text that stays within a comment and on one line.</summary>
    private static string Comment(string text) => text.Replace("*/", "* /", StringComparison.Ordinal).Replace("/*", "/ *", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
