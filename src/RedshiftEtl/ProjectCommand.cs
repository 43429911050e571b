using System.Collections;
using System.Management.Automation;
using RedshiftEtl.Definitions;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl;

/// <summary>A cmdlet that works with a project's connections: by name, as a hashtable, or as an object.</summary>
public abstract class ProjectCommand : PathCommand
{
    private readonly HashSet<string> _warned = new(StringComparer.OrdinalIgnoreCase);
    private EtlProject? _project;

    /// <summary>The project folder; else REDSHIFTETL_PROJECT, else the nearest folder from here upwards that has connections.psd1.</summary>
    [Parameter]
    public string? Project { get; set; }

    /// <summary>The project that the parameters or the location name; one without connections where there is none.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ProjectNotFound"/>, <see cref="Fault.DefinitionInvalid"/>.</exception>
    protected EtlProject OpenProject()
    {
        if (_project is null)
        {
            string? given = Project is null ? null : ResolvePath(Project);
            string location = SessionState.Path.CurrentFileSystemLocation.ProviderPath;
            _project = EtlProject.Open(EtlProject.Find(given, location), Psd1File.Read, LookUpSecret);
        }

        return _project;
    }

    /// <summary>The connection that a parameter stands for, of the type that its place asks for, its secrets looked up.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ConnectionNotFound"/>, <see cref="Fault.ConnectionTypeMismatch"/>, <see cref="Fault.DefinitionInvalid"/>, <see cref="Fault.SecretNotFound"/>.</exception>
    protected T ResolveConnection<T>(object value, string parameter, PSCredential? credential = null)
        where T : EtlConnection
    {
        EtlConnection connection = TableValues.Unwrap(value) switch
        {
            string name => OpenProject().GetConnection(name),
            EtlConnection given => given,
            IDictionary table => FromTable(table, parameter),
            { } other => throw new EtlException(Fault.ConnectionTypeMismatch,
                $"-{parameter} takes a connection's name, a hashtable or a connection object, not a {other.GetType().Name}.", parameter),
            null => throw new EtlException(Fault.ConnectionTypeMismatch, $"-{parameter} is null.", parameter),
        };
        if (connection is not T fitting)
        {
            string wanted = typeof(T) == typeof(S3Connection) ? "an S3 connection"
                : typeof(T) == typeof(RedshiftConnection) ? "a Redshift connection" : "a source";
            throw new EtlException(Fault.ConnectionTypeMismatch,
                $"-{parameter} must be {wanted}, but '{connection.Name}' is of type {connection.Type}.", connection.Name);
        }

        return RevealSecrets((T)WithCredential(fitting, credential));
    }

    /// <summary>The connection that a parameter stands for, or without one the project's only connection of the type.</summary>
    /// <exception cref="EtlException">As <see cref="ResolveConnection"/>; <see cref="Fault.ArgumentInvalid"/>: there are several.</exception>
    protected T ResolveOnly<T>(object? value, string parameter, PSCredential? credential = null)
        where T : EtlConnection
    {
        if (value is not null)
        {
            return ResolveConnection<T>(value, parameter, credential);
        }

        T[] fitting = OpenProject().Connections.Values.OfType<T>().ToArray();
        return fitting.Length == 1
            ? ResolveConnection<T>(fitting[0], parameter, credential)
            : throw new EtlException(Fault.ArgumentInvalid, fitting.Length == 0
                ? $"-{parameter} is missing, and connections.psd1 defines no connection for it."
                : $"-{parameter} is missing, and there are several it could be: {string.Join(", ", fitting.Select(connection => connection.Name))}.", parameter, null, $"Give -{parameter}.");
    }

    /// <summary>A job of the project with the connections that the command gives instead of its own, secrets looked up.</summary>
    /// <exception cref="EtlException"><see cref="Fault.JobNotFound"/>, <see cref="Fault.DefinitionInvalid"/>, <see cref="Fault.SecretNotFound"/>.</exception>
    protected EtlJob OpenJob(string name, object? stage, object? warehouse)
    {
        EtlJob job = OpenProject().GetJob(name, new JobOverride
        {
            Stage = stage is null ? null : ResolveConnection<S3Connection>(stage, "Stage"),
            Warehouse = warehouse is null ? null : ResolveConnection<RedshiftConnection>(warehouse, "Warehouse"),
        });
        return job with
        {
            Source = RevealSecrets(job.Source),
            Stage = job.Stage is null ? null : RevealSecrets(job.Stage),
            Warehouse = job.Warehouse is null ? null : RevealSecrets(job.Warehouse),
        };
    }

    /// <summary>Looks up a connection's secrets now, on the pipeline's thread: a vault may prompt, and a missing one should be known at once.</summary>
    protected T RevealSecrets<T>(T connection)
        where T : EtlConnection
    {
        if (connection is RedshiftConnection { SecurityWarning: { } warning } && _warned.Add(connection.Name))
        {
            WriteWarning(warning);
        }

        foreach (Secret secret in connection.GetSecrets())
        {
            secret.Reveal();
        }

        return connection;
    }

    /// <summary>The connection with another user and password.</summary>
    protected static EtlConnection WithCredential(EtlConnection connection, PSCredential? credential)
    {
        if (credential is null)
        {
            return connection;
        }

        var password = Secret.Of(credential.GetNetworkCredential().Password);
        return connection switch
        {
            RedshiftConnection redshift => redshift with { Username = credential.UserName, Password = password },
            PostgreSqlConnection postgreSql => postgreSql with { Username = credential.UserName, Password = password },
            MySqlConnection mySql => mySql with { Username = credential.UserName, Password = password },
            SqlServerConnection sqlServer => sqlServer with { Username = credential.UserName, Password = password, IntegratedSecurity = false },
            AdoNetConnection adoNet => adoNet with { Username = credential.UserName, Password = password },
            S3Connection s3 => s3 with { AccessKey = credential.UserName, SecretKey = password },
            _ => throw new EtlException(Fault.ArgumentInvalid, $"A {connection.Type} connection has no user, so a credential cannot be used with '{connection.Name}'.", connection.Name),
        };
    }

    /// <summary>Parameter definitions of a hashtable.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DefinitionInvalid"/>.</exception>
    protected static IReadOnlyList<ParameterDefinition> ReadParameters(IDictionary? table)
    {
        if (table is null)
        {
            return [];
        }

        var mistakes = new List<DefinitionMistake>();
        IReadOnlyList<ParameterDefinition> parameters = ParameterDefinition.ReadAll(TableValues.ToDefinition(table), "-Parameter", mistakes);
        return mistakes.Count == 0 ? parameters : throw DefinitionMistake.ToException(mistakes, "-Parameter");
    }

    private EtlConnection FromTable(IDictionary table, string parameter)
    {
        var mistakes = new List<DefinitionMistake>();
        string location = SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        return ConnectionReader.Read(parameter.ToLowerInvariant(), TableValues.ToDefinition(table), location, LookUpSecret, mistakes)
            ?? throw DefinitionMistake.ToException(mistakes, $"-{parameter}");
    }

    /// <summary>Asks SecretManagement, when it is installed.</summary>
    private string LookUpSecret(string name)
    {
        const string Command = "Get-Secret";
        if (InvokeCommand.GetCommand(Command, CommandTypes.Cmdlet | CommandTypes.Function) is null)
        {
            throw new EtlException(Fault.SecretNotFound, $"The secret '{name}' cannot be looked up: {Command} is not installed.", name,
                advice: "Install Microsoft.PowerShell.SecretManagement and a vault, or use @{ Env = 'NAME' }.");
        }

        try
        {
            object? found = InvokeCommand.InvokeScript("param($name) Get-Secret -Name $name -AsPlainText -ErrorAction Stop", name)
                .Select(TableValues.Unwrap).FirstOrDefault();
            return found as string ?? throw new EtlException(Fault.SecretNotFound, $"The secret '{name}' is not a text.", name);
        }
        catch (RuntimeException e)
        {
            throw new EtlException(Fault.SecretNotFound, $"The secret '{name}' could not be read: {e.Message}", name, e);
        }
    }
}
