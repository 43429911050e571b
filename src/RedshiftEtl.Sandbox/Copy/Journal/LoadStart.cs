namespace RedshiftEtl.Sandbox.Copy.Journal;

/// <summary>What is known when a load begins.</summary>
/// <param name="QueryId">The statement's number.</param>
/// <param name="TransactionId">Its transaction's.</param>
/// <param name="UserName">Who runs it.</param>
/// <param name="SessionId">Process id of the session.</param>
/// <param name="Database">The session's database.</param>
/// <param name="TableId">The target's number.</param>
/// <param name="TableName">The target's name.</param>
/// <param name="Source">The s3:// address of the statement.</param>
/// <param name="Format">csv or delimiter.</param>
/// <param name="Files">Number of files to load.</param>
/// <param name="FileBytes">Their size together.</param>
/// <param name="Compressed">Whether the files are compressed.</param>
internal sealed record LoadStart(
    long QueryId, long TransactionId, string UserName, int SessionId, string Database,
    long TableId, string TableName, string Source, string Format, int Files, long FileBytes, bool Compressed);

/// <summary>How far a running load has come.</summary>
/// <param name="QueryId">The statement's number.</param>
/// <param name="Rows">Good rows so far.</param>
/// <param name="TextBytes">Bytes of text so far, uncompressed.</param>
/// <param name="BytesRead">Bytes read from S3 so far.</param>
/// <param name="FilesRead">Files read to their end.</param>
/// <param name="CurrentFile">The file that is read now.</param>
internal sealed record LoadProgress(long QueryId, long Rows, long TextBytes, long BytesRead, int FilesRead, string CurrentFile);

/// <summary>A file that was read to its end.</summary>
/// <param name="Name">The file, as s3://bucket/key.</param>
/// <param name="Bytes">Its size in S3.</param>
/// <param name="Lines">Lines read.</param>
/// <param name="Errors">Records that couldn't be loaded.</param>
/// <param name="Started">When reading began, UTC.</param>
/// <param name="Ended">When reading ended, UTC.</param>
/// <param name="ETag">Its entity tag.</param>
/// <param name="LastModified">When it was written, UTC.</param>
internal sealed record LoadedFile(
    string Name, long Bytes, long Lines, long Errors, DateTime Started, DateTime Ended, string ETag, DateTime LastModified);

/// <summary>A record in which ACCEPTINVCHARS replaced characters.</summary>
/// <param name="FileName">The file.</param>
/// <param name="LineNumber">Physical line, from 1.</param>
/// <param name="ColumnName">The column.</param>
/// <param name="RawLine">The line's first 1024 bytes, multibyte characters as periods.</param>
internal sealed record LoadReplacement(string FileName, long LineNumber, string ColumnName, string RawLine);
