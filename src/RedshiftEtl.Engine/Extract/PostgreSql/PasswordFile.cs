using System.Globalization;
using System.Text;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>The user's file of PostgreSQL passwords (.pgpass, or pgpass.conf on Windows): lines of host:port:database:user:password.</summary>
internal static class PasswordFile
{
    /// <summary>The password of the first line that matches; null if there is no file or no such line.</summary>
    /// <param name="file">The file; null for its usual place.</param>
    /// <param name="host">The host; a socket's folder counts as localhost.</param>
    /// <param name="port">The port.</param>
    /// <param name="database">The database.</param>
    /// <param name="user">The user.</param>
    public static string? Find(string? file, string host, int port, string database, string user)
    {
        file ??= OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "postgresql", "pgpass.conf")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pgpass");
        if (!File.Exists(file))
        {
            return null;
        }

        string[] wanted = [host.StartsWith('/') ? "localhost" : host, port.ToString(CultureInfo.InvariantCulture), database, user];
        foreach (string line in File.ReadLines(file))
        {
            List<string> fields = Split(line);
            if (!line.StartsWith('#') && fields.Count == 5 && Matches(fields, wanted))
            {
                return fields[4];
            }
        }

        return null;
    }

    private static bool Matches(List<string> fields, string[] wanted)
    {
        for (int i = 0; i < wanted.Length; i++)
        {
            if (fields[i] != "*" && fields[i] != wanted[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Cuts at colons; a backslash takes the meaning from the sign behind it.</summary>
    private static List<string> Split(string line)
    {
        var fields = new List<string>(5);
        var field = new StringBuilder();
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length)
            {
                field.Append(line[++i]);
            }
            else if (line[i] == ':' && fields.Count < 4)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[i]);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
