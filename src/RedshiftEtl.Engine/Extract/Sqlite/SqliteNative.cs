using System.Runtime.InteropServices;

namespace RedshiftEtl.Engine.Extract.Sqlite;

/// <summary>The few functions of SQLite's C interface that are called for every value, without a wrapper: SQLitePCLRaw's costs more than SQLite itself here.
/// The connection is opened without a mutex, so those that only look into a row that is there return in nanoseconds and need no transition of the garbage collector.</summary>
internal static unsafe partial class SqliteNative
{
    /// <summary>The library that SQLitePCLRaw's bundle brings along.</summary>
    private const string Library = "e_sqlite3";

    /// <summary>Goes to the next row. May read from disk for long, and may be interrupted.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    /// <summary>The storage class of a value.</summary>
    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    public static partial int ColumnType(nint statement, int column);

    /// <summary>A value as a whole number.</summary>
    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    public static partial long ColumnInt64(nint statement, int column);

    /// <summary>A value as a floating number.</summary>
    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_column_double")]
    public static partial double ColumnDouble(nint statement, int column);

    /// <summary>The bytes of a BLOB, or of a TEXT in the database's own encoding. May allocate when a blob ends in unwritten zeros, so the transition is kept.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    public static partial byte* ColumnBlob(nint statement, int column);

    /// <summary>A TEXT in UTF-8; converts it when the database's encoding is another one.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    public static partial byte* ColumnText(nint statement, int column);

    /// <summary>The number of bytes that the last of the two above returned.</summary>
    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    public static partial int ColumnBytes(nint statement, int column);

    /// <summary>Byte of the SQL that the last error of a prepare points to; -1 for none.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_error_offset")]
    public static partial int ErrorOffset(nint database);
}
