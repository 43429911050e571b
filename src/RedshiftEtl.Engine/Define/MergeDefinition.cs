using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>How a merge replaces rows.</summary>
public enum MergeMethod
{
    /// <summary>Deletes the rows of the same keys and inserts the new ones (fact sheet 2.1). Counts by itself.</summary>
    DeleteInsert,

    /// <summary>Redshift's MERGE statement (fact sheet 10). Its counts take two more joins.</summary>
    Native,
}

/// <summary>What a job in mode Merge goes by.</summary>
/// <param name="Key">The columns that tell which row replaces which; one or more.</param>
/// <param name="KeepLatest">Of several rows with one key, the one with the greatest value in this column is kept; null refuses such rows.</param>
/// <param name="DeletedWhen">A condition in Redshift's SQL on the extract's columns; where it holds, the key's row is removed and none is put in its place. Null for none.</param>
/// <param name="Method">How rows are replaced.</param>
public sealed record MergeDefinition(IReadOnlyList<string> Key, string? KeepLatest = null, string? DeletedWhen = null, MergeMethod Method = MergeMethod.DeleteInsert)
{
    private static readonly string[] s_keys = ["Key", "KeepLatest", "DeletedWhen", "MergeMethod"];

    /// <summary>Whether rows come and go on the way from the extract to the table, so that an initial load has to pass a stage table as well.</summary>
    internal bool Selects => KeepLatest is not null || DeletedWhen is not null;

    /// <summary>The key's names as a sentence has them.</summary>
    public override string ToString() => string.Join(", ", Key);

    /// <summary>Reads the job's keys that go with mode Merge, and refuses them in another mode.</summary>
    internal static MergeDefinition? Read(DefinitionReader reader, string subject, LoadMode? mode, JobOverride change)
    {
        IReadOnlyList<string> key = reader.Texts("Key");
        string? latest = reader.Text("KeepLatest");
        string? deleted = reader.Text("DeletedWhen");
        MergeMethod? method = reader.Choice<MergeMethod>("MergeMethod");
        if (mode is null)
        {
            return null;
        }

        if (mode != LoadMode.Merge)
        {
            // A command may say another mode for once; what it says of merging would be without effect.
            foreach (string name in s_keys.Where(name => change.Mode is null && reader.Has(name)))
            {
                reader.Refuse(name, $"{name} of {subject} goes with Mode = 'Merge'.");
            }

            if (change.MergeKey.Count > 0)
            {
                reader.Refuse("Key", $"-Key goes with the mode Merge, but {subject} has the mode {mode}.");
            }

            return null;
        }

        key = change.MergeKey.Count > 0 ? change.MergeKey : key;
        if (key.Count == 0)
        {
            reader.Refuse("Key", $"Key of {subject} is missing: a merge needs the column(s) that identify a row, Key = 'id' or Key = 'order_id', 'line'.");
        }

        string? twice = key.GroupBy(TableName.Fold, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (twice is not null)
        {
            reader.Refuse("Key", $"Key of {subject} names '{twice}' twice.");
        }

        if (deleted is not null && SqlText.Of(deleted, SqlDialect.Redshift) is not { Statements.Count: 1, References.Count: 0 })
        {
            reader.Refuse("DeletedWhen", $"DeletedWhen of {subject} must be one condition on the extract's columns, without ';' and @parameters: DeletedWhen = \"op = 'D'\".");
        }

        return new MergeDefinition(key, latest, deleted, method ?? MergeMethod.DeleteInsert);
    }
}
