namespace RedshiftEtl.Engine.Extract;

/// <summary>Fields of a server's CSV that a rule changes: noted while the CSV is walked over, done when its rows are handed on.</summary>
internal sealed class FieldEdits
{
    private readonly List<Edit> _edits = [];

    /// <summary>Whether nothing is to be changed.</summary>
    public bool IsEmpty => _edits.Count == 0;

    /// <summary>Forgets all.</summary>
    public void Clear() => _edits.Clear();

    /// <summary>Notes a change.</summary>
    /// <param name="start">The field's first byte.</param>
    /// <param name="end">The byte behind its last.</param>
    /// <param name="text">What comes in its place.</param>
    /// <param name="column">The column.</param>
    /// <param name="kind">What was wrong.</param>
    public void Add(int start, int end, byte[] text, int column, ValueKind kind) => _edits.Add(new Edit(start, end, text, column, kind));

    /// <summary>Forgets the changes of a row that isn't whole yet, which is walked over again, and counts the others.</summary>
    public void Settle(int end, ValueRepairs repairs)
    {
        _edits.RemoveAll(edit => edit.Start >= end);
        foreach (Edit edit in _edits)
        {
            repairs.Count(edit.Column, edit.Kind);
        }
    }

    /// <summary>Bytes that the changes from a place on add; negative when they remove some.</summary>
    public int Growth(int from = 0) => _edits.Where(edit => edit.Start >= from).Sum(edit => edit.Text.Length - (edit.End - edit.Start));

    /// <summary>Writes the CSV with its changes.</summary>
    /// <param name="csv">The whole rows.</param>
    /// <param name="target">Room for them and their <see cref="Growth"/>.</param>
    public void Apply(ReadOnlySpan<byte> csv, Span<byte> target)
    {
        int read = 0;
        foreach (Edit edit in _edits)
        {
            csv[read..edit.Start].CopyTo(target);
            target = target[(edit.Start - read)..];
            edit.Text.CopyTo(target);
            target = target[edit.Text.Length..];
            read = edit.End;
        }

        csv[read..].CopyTo(target);
    }

    private sealed record Edit(int Start, int End, byte[] Text, int Column, ValueKind Kind);
}
