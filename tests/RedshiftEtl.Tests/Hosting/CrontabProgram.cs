namespace RedshiftEtl.Tests.Hosting;

/// <summary>There is no cron on a build machine, so «crontab» is a program of the tests' own that keeps the table in a file ($CRONTAB_FILE), behind the real one's arguments.</summary>
internal static class CrontabProgram
{
    private const string Script = """
        #!/bin/sh
        # As cron's own: -l prints the table or complains that there is none, - reads one.
        case "$1" in
          -l) if [ -f "$CRONTAB_FILE" ]; then cat "$CRONTAB_FILE"; else echo "no crontab for tester" >&2; exit 1; fi ;;
          -)  cat > "$CRONTAB_FILE" ;;
          *)  echo "usage" >&2; exit 2 ;;
        esac
        """;

    /// <summary>Writes it into a folder; nothing on Windows, which has a scheduler of another kind.</summary>
    public static string Write(string folder)
    {
        string program = Path.Combine(folder, "crontab");
        if (!OperatingSystem.IsWindows())
        {
            File.WriteAllText(program, Script.ReplaceLineEndings("\n"));
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return program;
    }
}
