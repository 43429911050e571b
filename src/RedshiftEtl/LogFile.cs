using System.Globalization;
using System.Text;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Record;

namespace RedshiftEtl;

/// <summary>A text file with a line for everything that happens in a run, for those who were not there. Several processes may write into one.</summary>
internal sealed class LogFile : IDisposable
{
    /// <summary>From this size on a file is put aside when it is opened.</summary>
    private const long RotateBytes = 10 * 1024 * 1024;

    /// <summary>Files that are kept beside the newest: name.1 to name.5.</summary>
    private const int KeptFiles = 5;

    private readonly FileStream _stream;

    private LogFile(FileStream stream) => _stream = stream;

    /// <summary>Opens it, and puts one aside that has grown.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>: it cannot be written.</exception>
    public static LogFile Open(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Rotate(path);
            return new LogFile(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EtlException(Fault.ArgumentInvalid, $"The log '{path}' cannot be written: {e.Message}", path, e, "Name a file that this user may write; nothing was run.");
        }
    }

    /// <summary>Writes an event that is worth a line.</summary>
    public void Write(EtlEvent happened)
    {
        switch (happened)
        {
            case VerboseEvent verbose:
                Line("VERBOSE", verbose.Message);
                break;
            case WarningEvent warning:
                Line("WARNING", warning.Message);
                break;
            case MilestoneEvent milestone:
                Line("INFO", milestone.Message);
                break;
        }
    }

    /// <summary>Writes how a run ended.</summary>
    public void Write(EtlRun run) => Line("INFO", string.Create(CultureInfo.InvariantCulture, $"Run {run.RunId}: {run}, {run.Duration:hh\\:mm\\:ss}"));

    /// <summary>Writes an error.</summary>
    public void Write(EtlException error) => Line("ERROR", $"{error.Fault.Name}: {error.Message} {error.Advice}");

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static void Rotate(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length < RotateBytes)
        {
            return;
        }

        try
        {
            for (int i = KeptFiles - 1; i >= 1; i--)
            {
                if (File.Exists($"{path}.{i}"))
                {
                    File.Move($"{path}.{i}", $"{path}.{i + 1}", overwrite: true);
                }
            }

            File.Move(path, $"{path}.1", overwrite: true);
        }
        catch (IOException)
        {
            // Another process has it open, or puts it aside in this very moment; the next one to open it will.
        }
    }

    /// <summary>One write for each line, so that those of several processes do not mix.</summary>
    private void Line(string level, string text)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.Now:yyyy-MM-dd HH:mm:ss zzz} {level,-7} {text.ReplaceLineEndings(" ")}{Environment.NewLine}");
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(line));
        }
        catch (IOException)
        {
            // A full disk must not stop a load; the history in the warehouse has its row all the same.
        }
    }
}
