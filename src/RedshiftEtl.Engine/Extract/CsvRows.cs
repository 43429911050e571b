namespace RedshiftEtl.Engine.Extract;

/// <summary>Finds the ends of rows in a stream of CSV that comes in pieces cut anywhere.</summary>
internal struct CsvRows
{
    private bool _isQuoted;

    /// <summary>Whole rows found since the last restart.</summary>
    public int Count { get; private set; }

    /// <summary>Index behind the last whole row.</summary>
    public int End { get; private set; }

    /// <summary>Looks at the next piece.</summary>
    /// <param name="piece">The bytes.</param>
    /// <param name="offset">Where they begin in the buffer.</param>
    public void Scan(ReadOnlySpan<byte> piece, int offset)
    {
        int position = 0;
        while (position < piece.Length)
        {
            ReadOnlySpan<byte> rest = piece[position..];
            int quote = rest.IndexOf(CsvDialect.Quote);
            ReadOnlySpan<byte> run = quote < 0 ? rest : rest[..quote];
            if (!_isQuoted && run.LastIndexOf(CsvDialect.RowEnd) is >= 0 and int last)
            {
                Count += run.Count(CsvDialect.RowEnd);
                End = offset + position + last + 1;
            }

            if (quote < 0)
            {
                return;
            }

            // A doubled quote leaves and enters again: the parity is right behind it.
            _isQuoted = !_isQuoted;
            position += quote + 1;
        }
    }

    /// <summary>Begins a new buffer that starts with what was behind the last whole row.</summary>
    public void Restart()
    {
        Count = 0;
        End = 0;
    }
}
