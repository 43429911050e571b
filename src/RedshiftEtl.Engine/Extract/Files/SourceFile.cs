using CsvHelper;
using CsvHelper.Configuration;
using RedshiftEtl.Engine.Define;
using ZstdSharp;

namespace RedshiftEtl.Engine.Extract.Files;

/// <summary>One delimited file that is open, compressed or not.</summary>
internal sealed class SourceFile : IDisposable
{
    private readonly FileStream _file;
    private readonly CsvParser _parser;
    private readonly FileStamp _stamp;

    /// <summary>Opens it.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DatabaseNotFound"/>: it can't be opened, or is compressed in a way that isn't known.</exception>
    public SourceFile(FileConnection connection, FileStamp stamp)
    {
        _stamp = stamp;
        try
        {
            _file = new FileStream(stamp.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EtlException(Fault.DatabaseNotFound, $"The file '{stamp.Path}' of '{connection.Name}' cannot be read: {e.Message}", stamp.Path, e);
        }

        try
        {
            var text = new StreamReader(Decompress(_file, connection), FileEncoding.Find(connection.Encoding)!, detectEncodingFromByteOrderMarks: true, 128 * 1024);
            _parser = new CsvParser(text, new CsvConfiguration(System.Globalization.CultureInfo.InvariantCulture)
            {
                Delimiter = connection.Delimiter,
                Quote = connection.Quote,
                Escape = connection.Quote,
                IgnoreBlankLines = false,
                BufferSize = 64 * 1024,
                BadDataFound = bad => throw Refuse($"a quote stands where none may be: {bad.Field.Trim()[..Math.Min(60, bad.Field.Trim().Length)]}"),
            });
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The fields of the current row.</summary>
    public CsvParser Row => _parser;

    /// <summary>Goes to the next row.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: it is damaged.</exception>
    public bool Read()
    {
        try
        {
            return _parser.Read();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ZstdException or IOException)
        {
            throw new EtlException(Fault.ValueInvalid, $"The file '{_stamp.Path}' is damaged behind line {_parser.RawRow}: {e.Message}", _stamp.Path, e);
        }
    }

    /// <summary>Refuses the file when it isn't what it was when the extract began: then what was read of it may be half of one state and half of another.</summary>
    /// <exception cref="EtlException"><see cref="Fault.TransactionConflict"/>.</exception>
    public void CheckUnchanged()
    {
        if (FileStamp.Of(_stamp.Path) != _stamp)
        {
            throw new EtlException(Fault.TransactionConflict, $"The file '{_stamp.Path}' was changed while it was read.", _stamp.Path);
        }
    }

    /// <summary>An error at the current row.</summary>
    public EtlException Refuse(string what) => new(
        Fault.ValueInvalid, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Path.GetFileName(_stamp.Path)}, line {_parser?.RawRow ?? 1}: {what}."), _stamp.Path);

    /// <inheritdoc/>
    public void Dispose()
    {
        _parser.Dispose();
        _file.Dispose();
    }

    /// <summary>By the first bytes: names of files lie.</summary>
    private static Stream Decompress(FileStream file, FileConnection connection)
    {
        Span<byte> start = stackalloc byte[4];
        int read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return start[..read] switch
        {
            [0x1F, 0x8B, ..] => new GzipFile(file),
            [0x28, 0xB5, 0x2F, 0xFD] => new DecompressionStream(file),
            [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9'] => throw new EtlException(Fault.DatabaseNotFound,
                $"The file '{file.Name}' of '{connection.Name}' is compressed by bzip2, which is not read.", file.Name, advice: "Decompress it, or compress it by gzip or zstd."),
            _ => file,
        };
    }
}

/// <summary>What a file was when the extract began.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="ChangedAt">When it was written last, UTC.</param>
internal sealed record FileStamp(string Path, long Length, DateTime ChangedAt)
{
    /// <summary>The file as it is now.</summary>
    public static FileStamp Of(string path)
    {
        var info = new FileInfo(path);
        return info.Exists ? new FileStamp(path, info.Length, info.LastWriteTimeUtc) : new FileStamp(path, -1, default);
    }
}
