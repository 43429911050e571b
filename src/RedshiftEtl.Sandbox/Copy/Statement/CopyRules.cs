namespace RedshiftEtl.Sandbox.Copy.Statement;

/// <summary>The rules between the clauses of a COPY (redshift-facts.md 1.2 to 1.4).</summary>
internal static class CopyRules
{
    /// <summary>Checks a statement whose clauses have all been read.</summary>
    /// <exception cref="Redshift.BackendException">Clauses that exclude or need each other.</exception>
    public static void Check(CopyStatement statement)
    {
        if (statement.Authorization is null)
            throw CopyErrors.Syntax("CREDENTIALS argument is required for COPY from S3");
        if (statement.Csv && statement.Escape)
            throw CopyErrors.Syntax("CSV is not supported with ESCAPE");
        if (statement.Csv && statement.RemoveQuotes)
            throw CopyErrors.Syntax("CSV is not supported with REMOVEQUOTES");
        if (statement.Quote is not null && !statement.Csv)
            throw CopyErrors.Syntax("QUOTE is only supported with CSV");
        if (statement.NullAs?.Contains('\n', StringComparison.Ordinal) == true)
            throw CopyErrors.Syntax("NULL argument cannot contain the line delimiter");
        CheckDelimiter(statement);
    }

    private static void CheckDelimiter(CopyStatement statement)
    {
        byte delimiter = statement.Delimiter ?? (byte)(statement.Csv ? ',' : '|');
        byte quote = statement.Quote ?? (byte)'"';
        if (delimiter is (byte)'\n' or (byte)'\r' or 0)
            throw CopyErrors.Syntax("COPY DELIMITER cannot be newline, carriage return or NUL");
        if (statement.Csv && quote is (byte)'\n' or (byte)'\r' or 0)
            throw CopyErrors.Syntax("COPY QUOTE cannot be newline, carriage return or NUL");
        if (statement.Csv && delimiter == quote)
            throw CopyErrors.Syntax("DELIMITER and QUOTE must be different");
        if (statement.Escape && delimiter == (byte)'\\')
            throw CopyErrors.Syntax("DELIMITER must be different from the escape character");
        if (statement.NullAs?.Contains((char)delimiter, StringComparison.Ordinal) == true)
            throw CopyErrors.Syntax("NULL argument cannot contain the delimiter");
    }
}
