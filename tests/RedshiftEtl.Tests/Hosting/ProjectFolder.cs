using System.Globalization;
using System.Management.Automation;

namespace RedshiftEtl.Tests.Hosting;

/// <summary>A project folder of a test's own: connections src (SQLite), lake and dw (the sandbox), the jobs that the test writes, and a session whose location is the folder.</summary>
public sealed class ProjectFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("etlproject").FullName;

    public ProjectFolder(SandboxFixture fixture, string name = "project")
    {
        string id = Guid.NewGuid().ToString("N")[..12];
        Schema = "s" + id;
        Prefix = "p" + id;
        Folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        Database = Path.Combine(Folder, "source.sqlite");
        Session = fixture.Open(("folder", Folder), ("database", Database), ("schema", Schema));
        Warehouse = fixture.Sandbox;
        ConnectionText = Text($$"""
            @{
              src  = @{ Type = 'SQLite'; DataSource = 'source.sqlite' }
              lake = @{ Type = 'S3'; Bucket = '{{Bucket}}'; Prefix = '{{Prefix}}'; ServiceUrl = '{{Of("Stage", "ServiceUrl")}}'
                        Region = '{{Of("Stage", "Region")}}'; AccessKey = '{{Of("Stage", "AccessKey")}}'; SecretKey = '{{SecretKey}}' }
              dw   = @{ Type = 'Redshift'; Host = '{{Of("Warehouse", "Host")}}'; Port = {{Of("Warehouse", "Port")}}; Database = '{{Of("Warehouse", "Database")}}'
                        Username = '{{Of("Warehouse", "Username")}}'; Password = '{{Password}}'; SslMode = 'Disable'; IamRole = '{{Of("Warehouse", "IamRole")}}' }
            }
            """);
        Write("connections.psd1", ConnectionText);
        Run("$null = $ExecutionContext.SessionState.Path.SetLocation([Management.Automation.WildcardPattern]::Escape($folder))").Clean();
    }

    /// <summary>Full path of the project folder.</summary>
    public string Folder { get; }

    /// <summary>Full path of the source database.</summary>
    public string Database { get; }

    /// <summary>A schema in the warehouse that no other test uses; it does not exist at first.</summary>
    public string Schema { get; }

    /// <summary>Key prefix in the bucket that no other test uses.</summary>
    public string Prefix { get; }

    /// <summary>The text of connections.psd1.</summary>
    public string ConnectionText { get; }

    /// <summary>The session.</summary>
    public ModuleSession Session { get; }

    /// <summary>The sandbox's bucket.</summary>
    public string Bucket => Of("Stage", "Bucket");

    /// <summary>The sandbox's S3 secret key.</summary>
    public string SecretKey => Of("Stage", "SecretKey");

    /// <summary>The sandbox's Redshift password.</summary>
    public string Password => Of("Warehouse", "Password");

    private object Warehouse { get; }

    /// <summary>Writes a file of the project; §SCHEMA stands for the test's schema.</summary>
    public string Write(string file, string text)
    {
        string path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, Text(text));
        return path;
    }

    /// <summary>Writes a job; files that are null are left out.</summary>
    public void Job(string name, string definition, string? create = null, string? initial = null, string? ongoing = null, string? delete = null)
    {
        Write($"jobs/{name}/job.psd1", definition);
        foreach ((string file, string? text) in new[] { ("create", create), ("initial", initial), ("ongoing", ongoing), ("delete", delete) })
        {
            if (text is not null)
            {
                Write($"jobs/{name}/{file}.sql", text);
            }
        }
    }

    /// <summary>Runs SQL on the source database.</summary>
    public void Source(string sql)
    {
        using var session = new ModuleSession(("database", Database), ("sql", sql));
        session.Run("[RedshiftEtl.Sandbox.SqliteScript]::Run($database, $sql)").Clean();
    }

    /// <summary>Runs a script in the session.</summary>
    public Outcome Run(string script) => Session.Run(Text(script));

    /// <summary>The rows of a query on the warehouse, each as its values joined by |, NULL as ∅.</summary>
    public string[] Rows(string sql) => Run($"Invoke-RedshiftSql $sandbox.Warehouse \"{sql}\"").Clean().Output
        .Select(row => Outcome.Show(row.Properties.Select(property => property.Value))).ToArray();

    /// <summary>Whether the test's schema is in the warehouse.</summary>
    public bool HasSchema => Rows($"SELECT 1 AS x FROM pg_namespace WHERE nspname = '{Schema}'").Length > 0;

    /// <summary>Whether a table of the test's schema is in the warehouse.</summary>
    public bool HasTable(string table) => Rows($"SELECT 1 AS x FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = '{Schema}' AND relname = '{table}'").Length > 0;

    /// <summary>The descriptions of the objects below the test's prefix in the bucket.</summary>
    public string[] StagedObjects() => Directory.EnumerateFiles(Of("DataPath"), "*.json", SearchOption.AllDirectories)
        .Where(file => File.ReadAllText(file).Contains(Prefix, StringComparison.Ordinal)).ToArray();

    /// <inheritdoc/>
    public void Dispose()
    {
        Session.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private string Text(string text) => text.Replace("§SCHEMA", Schema, StringComparison.Ordinal);

    private string Of(params string[] path)
    {
        object? value = Warehouse;
        foreach (string name in path)
        {
            value = PSObject.AsPSObject(value!).Properties[name].Value;
        }

        return Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }
}
