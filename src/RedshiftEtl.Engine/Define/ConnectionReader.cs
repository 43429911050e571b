using RedshiftEtl.Engine.Maintain;
using System.Data;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>Makes a validated connection of a table.</summary>
public static class ConnectionReader
{
    private static readonly string[] s_sslModes = ["Disable", "Allow", "Prefer", "Require", "VerifyCA", "VerifyFull"];

    private static readonly string[] s_mySqlSslModes = ["None", "Preferred", "Required", "VerifyCA", "VerifyFull"];

    private static readonly string[] s_encryptions = ["Mandatory", "Optional", "Strict"];

    private static readonly string[] s_intents = ["ReadWrite", "ReadOnly"];

    private static readonly string[] s_parameterPrefixes = ["@", ":", "$", "?"];

    private static readonly Dictionary<string, SqlDialect> s_dialects = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Ansi"] = SqlDialect.Ansi,
        ["PostgreSQL"] = SqlDialect.PostgreSql,
        ["SQLite"] = SqlDialect.Sqlite,
        ["MySQL"] = SqlDialect.MySql,
        ["SqlServer"] = SqlDialect.SqlServer,
    };

    /// <summary>The types by name, each with how it is read.</summary>
    private static readonly Dictionary<string, Func<Context, EtlConnection?>> s_types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["PostgreSQL"] = ReadPostgreSql,
        ["SQLite"] = ReadSqlite,
        ["SqlServer"] = ReadSqlServer,
        ["MySQL"] = context => ReadMySql(context, "MySQL"),
        ["MariaDB"] = context => ReadMySql(context, "MariaDB"),
        ["AdoNet"] = ReadAdoNet,
        ["File"] = context => FileConnectionReader.Read(context.Name, context.Subject, context.Reader, context.BaseFolder),
        ["S3"] = ReadS3,
        ["Redshift"] = ReadRedshift,
    };

    /// <summary>The names of the types.</summary>
    public static IReadOnlyCollection<string> Types => s_types.Keys;

    /// <summary>Reads one connection and notes its mistakes; null when it has any.</summary>
    /// <param name="name">The connection's name.</param>
    /// <param name="definition">Its table.</param>
    /// <param name="baseFolder">Folder that relative paths in it start from.</param>
    /// <param name="lookUp">Looks up secrets of a vault.</param>
    /// <param name="mistakes">Where mistakes are noted.</param>
    public static EtlConnection? Read(string name, Definition definition, string baseFolder, SecretLookup lookUp, List<DefinitionMistake> mistakes)
    {
        int before = mistakes.Count;
        string subject = $"connection '{name}'";
        var reader = new DefinitionReader(definition, subject, mistakes);
        string? type = reader.Choice("Type", s_types.Keys);
        if (!reader.Has("Type"))
        {
            string? meant = NearestName.Find("Type", definition.Entries.Select(entry => entry.Key));
            reader.Refuse("Type", $"Type of {subject} is missing{(meant is null ? "" : $" (is '{meant}' meant to be it?)")}. It can be: {string.Join(", ", s_types.Keys)}.");
        }

        EtlConnection? connection = type is null ? null : s_types[type](new Context(name, subject, reader, baseFolder, lookUp, mistakes));
        int? maxJobs = reader.Integer("MaxJobs", 1, 1000);
        if (type is not null)
        {
            reader.RefuseUnknown();
        }

        return mistakes.Count == before && connection is not null ? connection with { MaxJobs = maxJobs } : null;
    }

    private static PostgreSqlConnection? ReadPostgreSql(Context context)
    {
        DefinitionReader reader = context.Reader;
        var connection = new PostgreSqlConnection
        {
            Name = context.Name,
            Host = reader.Text("Host"),
            Port = reader.Integer("Port", 1, 65535) ?? 5432,
            Database = reader.Text("Database"),
            Username = reader.Text("Username"),
            Password = context.Secret("Password"),
            SslMode = reader.Choice("SslMode", s_sslModes),
            RootCertificate = context.Path("RootCertificate"),
            ConnectionString = context.Secret("ConnectionString"),
        };
        if (connection.Host is null && connection.ConnectionString is null)
        {
            reader.Refuse("Host", $"{context.Subject} needs Host (or ConnectionString).");
        }

        return connection;
    }

    private static SqliteConnection? ReadSqlite(Context context) => context.Path("DataSource", isRequired: true) is { } path
        ? new SqliteConnection { Name = context.Name, DataSource = path, BusyTimeout = context.Reader.Integer("BusyTimeout", 0, 86_400) ?? 30 }
        : null;

    private static SqlServerConnection? ReadSqlServer(Context context)
    {
        DefinitionReader reader = context.Reader;
        var connection = new SqlServerConnection
        {
            Name = context.Name,
            Host = reader.Text("Host"),
            Port = reader.Integer("Port", 1, 65535),
            Database = reader.Text("Database"),
            Username = reader.Text("Username"),
            Password = context.Secret("Password"),
            IntegratedSecurity = reader.Flag("IntegratedSecurity"),
            // As connection strings have it: true and false are also said.
            Encrypt = reader.Value("Encrypt") is bool isEncrypted ? (isEncrypted ? "Mandatory" : "Optional") : reader.Choice("Encrypt", s_encryptions),
            TrustServerCertificate = reader.Flag("TrustServerCertificate"),
            ApplicationIntent = reader.Choice("ApplicationIntent", s_intents),
            ConnectionString = context.Secret("ConnectionString"),
        };
        if (connection.Host is null && connection.ConnectionString is null)
        {
            reader.Refuse("Host", $"{context.Subject} needs Host (or ConnectionString).");
        }

        return connection;
    }

    private static MySqlConnection? ReadMySql(Context context, string product)
    {
        DefinitionReader reader = context.Reader;
        var connection = new MySqlConnection
        {
            Name = context.Name,
            Product = product,
            Host = reader.Text("Host"),
            Port = reader.Integer("Port", 1, 65535) ?? 3306,
            Database = reader.Text("Database"),
            Username = reader.Text("Username"),
            Password = context.Secret("Password"),
            SslMode = reader.Choice("SslMode", s_mySqlSslModes),
            RootCertificate = context.Path("RootCertificate"),
            TreatTinyAsBoolean = reader.Flag("TreatTinyAsBoolean") ?? false,
            ConnectionString = context.Secret("ConnectionString"),
        };
        if (connection.Host is null && connection.ConnectionString is null)
        {
            reader.Refuse("Host", $"{context.Subject} needs Host (or ConnectionString).");
        }

        return connection;
    }

    private static AdoNetConnection? ReadAdoNet(Context context)
    {
        DefinitionReader reader = context.Reader;
        return new AdoNetConnection
        {
            Name = context.Name,
            Assembly = context.Path("Assembly", isRequired: true) ?? "",
            Factory = reader.Text("Factory", isRequired: true) ?? "",
            ConnectionString = context.Secret("ConnectionString"),
            Username = reader.Text("Username"),
            Password = context.Secret("Password"),
            UsernameKeyword = reader.Text("UsernameKeyword"),
            PasswordKeyword = reader.Text("PasswordKeyword"),
            ParameterPrefix = reader.Choice("ParameterPrefix", s_parameterPrefixes) ?? "@",
            Dialect = reader.Choice("SqlDialect", s_dialects.Keys) is { } dialect ? s_dialects[dialect] : SqlDialect.Ansi,
            IsolationLevel = reader.Choice<IsolationLevel>("IsolationLevel"),
        };
    }

    private static S3Connection? ReadS3(Context context)
    {
        DefinitionReader reader = context.Reader;
        var connection = new S3Connection
        {
            Name = context.Name,
            Bucket = reader.Text("Bucket", isRequired: true) ?? "",
            Prefix = (reader.Text("Prefix") ?? "").Trim('/'),
            Region = reader.Text("Region"),
            Profile = reader.Text("Profile"),
            AccessKey = reader.Text("AccessKey"),
            SecretKey = context.Secret("SecretKey"),
            SessionToken = context.Secret("SessionToken"),
            ServiceUrl = reader.Text("ServiceUrl"),
            ForcePathStyle = reader.Flag("ForcePathStyle"),
            ChecksumMode = reader.Choice<ChecksumMode>("ChecksumMode"),
            Encryption = reader.Choice<StageEncryption>("Encryption") ?? StageEncryption.BucketDefault,
            KmsKeyId = reader.Text("KmsKeyId"),
        };
        if (connection.AccessKey is null != connection.SecretKey is null)
        {
            reader.Refuse("AccessKey", $"{context.Subject} must have both AccessKey and SecretKey, or neither.");
        }

        if (connection.KmsKeyId is not null && connection.Encryption != StageEncryption.SseKms)
        {
            reader.Refuse("KmsKeyId", $"KmsKeyId of {context.Subject} goes with Encryption = 'SseKms'.");
        }

        if (connection.ServiceUrl is not null
            && (!Uri.TryCreate(connection.ServiceUrl, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https")))
        {
            reader.Refuse("ServiceUrl", $"ServiceUrl of {context.Subject} must be a URL such as https://minio.example:9000.");
        }

        return connection;
    }

    private static RedshiftConnection? ReadRedshift(Context context)
    {
        DefinitionReader reader = context.Reader;
        var maintenance = MaintenanceThresholds.Read(reader, context.Subject, context.Mistakes) ?? (MaintenanceMethod.Auto, MaintenanceThresholds.Default);
        return new RedshiftConnection
        {
            MaintenanceMethod = maintenance.Item1,
            MaintenanceThresholds = maintenance.Item2,
            Name = context.Name,
            Host = reader.Text("Host", isRequired: true) ?? "",
            Port = reader.Integer("Port", 1, 65535) ?? 5439,
            Database = reader.Text("Database", isRequired: true) ?? "",
            Username = reader.Text("Username") ?? "",
            Password = context.Secret("Password"),
            SslMode = reader.Choice("SslMode", s_sslModes) ?? "VerifyFull",
            RootCertificate = context.Path("RootCertificate"),
            IamRole = reader.Text("IamRole"),
            Slices = reader.Integer("Slices", 1, 4096),
            HistorySchema = reader.Text("HistorySchema") ?? "etl",
            Timeout = reader.Integer("Timeout", 1, 1024) ?? 60,
        };
    }

    private sealed record Context(
        string Name, string Subject, DefinitionReader Reader, string BaseFolder, SecretLookup LookUp, List<DefinitionMistake> Mistakes)
    {
        public Secret? Secret(string key) => SecretReader.Read(Reader, key, Subject, LookUp, Mistakes);

        public string? Path(string key, bool isRequired = false) => Reader.Text(key, isRequired) is { } path
            ? System.IO.Path.GetFullPath(path, BaseFolder)
            : null;
    }
}
