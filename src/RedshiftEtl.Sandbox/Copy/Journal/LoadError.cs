namespace RedshiftEtl.Sandbox.Copy.Journal;

/// <summary>A record that couldn't be loaded, as STL_LOAD_ERRORS shows it (redshift-facts.md 6).</summary>
/// <param name="FileName">The file, as s3://bucket/key.</param>
/// <param name="LineNumber">Physical line on which the record begins, from 1.</param>
/// <param name="ColumnName">The column, or empty.</param>
/// <param name="ColumnType">Its type, at most ten characters.</param>
/// <param name="ColumnLength">Its length as text.</param>
/// <param name="Position">Byte in the line where it goes wrong.</param>
/// <param name="RawLine">The line's first 1024 bytes, multibyte characters as periods.</param>
/// <param name="RawField">The field's first 1024 bytes likewise.</param>
/// <param name="Code">The error's code.</param>
/// <param name="Reason">Redshift's words, at most 100 bytes in STL_LOAD_ERRORS.</param>
/// <param name="Values">The fields up to the bad one, for STL_LOADERROR_DETAIL.</param>
internal sealed record LoadError(
    string FileName, long LineNumber, string ColumnName, string ColumnType, string ColumnLength, int Position,
    string RawLine, string RawField, int Code, string Reason, IReadOnlyList<LoadErrorValue> Values);

/// <summary>One field of a record that couldn't be loaded, as STL_LOADERROR_DETAIL shows it.</summary>
/// <param name="Field">Its number, from 0.</param>
/// <param name="ColumnName">Its column.</param>
/// <param name="Value">Its text, at most 1024 bytes.</param>
/// <param name="Type">The column's type.</param>
/// <param name="Length">The column's length.</param>
internal sealed record LoadErrorValue(int Field, string ColumnName, string Value, string Type, string Length);
