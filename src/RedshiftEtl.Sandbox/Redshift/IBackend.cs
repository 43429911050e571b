namespace RedshiftEtl.Sandbox.Redshift;

/// <summary>The session's connection to the private PostgreSQL, for what the sandbox does itself.</summary>
internal interface IBackend
{
    /// <summary>Runs one statement in the session's transaction and returns its rows as PostgreSQL prints them.</summary>
    /// <exception cref="BackendException">The server refused the statement.</exception>
    Task<IReadOnlyList<string?[]>> QueryAsync(string sql, CancellationToken cancel);

    /// <summary>Runs a COPY … FROM STDIN: <paramref name="write"/> gets the stream to write to. Returns the rows copied.
    /// When <paramref name="write"/> throws, the COPY is failed on the server and the exception goes on.</summary>
    /// <exception cref="BackendException">The server refused the data.</exception>
    Task<long> CopyInAsync(string sql, Func<Stream, CancellationToken, Task> write, CancellationToken cancel);

    /// <summary>Process id of the session, as pg_backend_pid() tells the client.</summary>
    int ProcessId { get; }
}

/// <summary>An ErrorResponse of the private PostgreSQL, or one that the sandbox makes itself in Redshift's words.</summary>
internal sealed class BackendException(string sqlState, string message, string? detail = null, string? hint = null, int position = 0)
    : Exception(message)
{
    /// <summary>The five-character SQLSTATE.</summary>
    public string SqlState { get; } = sqlState;

    /// <summary>The DETAIL field, if any.</summary>
    public string? Detail { get; } = detail;

    /// <summary>The HINT field, if any.</summary>
    public string? Hint { get; } = hint;

    /// <summary>1-based character position in the statement, or 0.</summary>
    public int Position { get; } = position;
}
