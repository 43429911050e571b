namespace RedshiftEtl.Engine;

/// <summary>What kind of thing went wrong; the cmdlets turn it into PowerShell's ErrorCategory of the same name.</summary>
public enum FaultCategory
{
    /// <summary>The caller's values or files are wrong.</summary>
    InvalidArgument,

    /// <summary>The data does not fit where it should go.</summary>
    InvalidData,

    /// <summary>The state of a table, a folder or a run forbids the operation.</summary>
    InvalidOperation,

    /// <summary>Something that was named does not exist.</summary>
    ObjectNotFound,

    /// <summary>Something that should be new exists already.</summary>
    ResourceExists,

    /// <summary>A file could not be read.</summary>
    ReadError,

    /// <summary>A file or object could not be written.</summary>
    WriteError,

    /// <summary>SQL that a server could not parse.</summary>
    SyntaxError,

    /// <summary>A user, password, key or token was refused.</summary>
    AuthenticationError,

    /// <summary>A right is missing.</summary>
    PermissionDenied,

    /// <summary>A server could not be reached, or the connection broke.</summary>
    ConnectionError,

    /// <summary>Time ran out.</summary>
    OperationTimeout,

    /// <summary>The user or the system stopped it.</summary>
    OperationStopped,

    /// <summary>Another session holds what is needed.</summary>
    ResourceBusy,

    /// <summary>Something is not installed.</summary>
    NotInstalled,
}

/// <summary>One row of the closed table of faults. The name is the error id that scripts test for: it is never renamed.</summary>
public sealed class Fault
{
    private Fault(string name, FaultCategory category, bool isTransient, string advice)
    {
        Name = name;
        Category = category;
        IsTransient = isTransient;
        Advice = advice;
    }

    /// <summary>The error id, stable for life.</summary>
    public string Name { get; }

    /// <summary>The kind of error.</summary>
    public FaultCategory Category { get; }

    /// <summary>Whether the same thing may succeed when it is simply tried again.</summary>
    public bool IsTransient { get; }

    /// <summary>What a user should do, when the place that raises the error knows nothing better.</summary>
    public string Advice { get; }

    /// <summary>The project folder was not found.</summary>
    public static Fault ProjectNotFound { get; } = new(nameof(ProjectNotFound), FaultCategory.ObjectNotFound, false,
        "Run the command in a folder that has a connections.psd1 (or below one), give -Project, or set REDSHIFTETL_PROJECT.");

    /// <summary>A connection of that name is not defined.</summary>
    public static Fault ConnectionNotFound { get; } = new(nameof(ConnectionNotFound), FaultCategory.ObjectNotFound, false,
        "List the defined connections with Get-EtlConnection.");

    /// <summary>A job of that name is not defined.</summary>
    public static Fault JobNotFound { get; } = new(nameof(JobNotFound), FaultCategory.ObjectNotFound, false,
        "List the defined jobs with Get-EtlJob.");

    /// <summary>A definition (a psd1 file or a hashtable) has mistakes; the message lists all of them.</summary>
    public static Fault DefinitionInvalid { get; } = new(nameof(DefinitionInvalid), FaultCategory.InvalidArgument, false,
        "Correct every line that the message names; the file is data and is never run.");

    /// <summary>A connection is of the wrong type for the place it is used in.</summary>
    public static Fault ConnectionTypeMismatch { get; } = new(nameof(ConnectionTypeMismatch), FaultCategory.InvalidArgument, false,
        "Name a connection of the type that the message asks for.");

    /// <summary>A password or key that a connection refers to is not there.</summary>
    public static Fault SecretNotFound { get; } = new(nameof(SecretNotFound), FaultCategory.AuthenticationError, false,
        "Set the environment variable or the secret that the connection names, or give -Credential.");

    /// <summary>A SQL file is missing or cannot be read.</summary>
    public static Fault SqlFileUnreadable { get; } = new(nameof(SqlFileUnreadable), FaultCategory.ReadError, false,
        "Check the file's path, its rights and that it is UTF-8 text.");

    /// <summary>A parameter stands in the SQL but was not given a value.</summary>
    public static Fault ParameterMissing { get; } = new(nameof(ParameterMissing), FaultCategory.InvalidArgument, false,
        "Give the parameter with -Parameter @{ name = value } or in the job's Parameter table.");

    /// <summary>A parameter was given that no SQL uses.</summary>
    public static Fault ParameterUnused { get; } = new(nameof(ParameterUnused), FaultCategory.InvalidArgument, false,
        "Correct the parameter's name, or remove it.");

    /// <summary>A parameter's value is of a kind that SQL has no literal for.</summary>
    public static Fault ParameterInvalid { get; } = new(nameof(ParameterInvalid), FaultCategory.InvalidArgument, false,
        "Use a string, a number, a date, a boolean, a Guid, bytes or $null.");

    /// <summary>Values of a command or job that do not go together.</summary>
    public static Fault ArgumentInvalid { get; } = new(nameof(ArgumentInvalid), FaultCategory.InvalidArgument, false,
        "Change the value that the message names.");

    /// <summary>A server could not be reached or the connection broke.</summary>
    public static Fault ConnectionFailed { get; } = new(nameof(ConnectionFailed), FaultCategory.ConnectionError, true,
        "Check host, port, network and that the server runs; Test-EtlConnection shows what answers.");

    /// <summary>A server's name is not known.</summary>
    public static Fault HostNotFound { get; } = new(nameof(HostNotFound), FaultCategory.ConnectionError, false,
        "Check the host's spelling in the connection, and that this machine's DNS (or VPN) knows it.");

    /// <summary>A server refused the user or the password.</summary>
    public static Fault LoginFailed { get; } = new(nameof(LoginFailed), FaultCategory.AuthenticationError, false,
        "Check the connection's user name and where its password comes from.");

    /// <summary>The server's certificate could not be verified.</summary>
    public static Fault CertificateInvalid { get; } = new(nameof(CertificateInvalid), FaultCategory.AuthenticationError, false,
        "Give the authority's certificate with RootCertificate; SslMode = 'Require' encrypts without verifying.");

    /// <summary>The database does not exist.</summary>
    public static Fault DatabaseNotFound { get; } = new(nameof(DatabaseNotFound), FaultCategory.ObjectNotFound, false,
        "Check the connection's database (for SQLite: the path of its file).");

    /// <summary>A server could not parse or resolve a statement.</summary>
    public static Fault SqlInvalid { get; } = new(nameof(SqlInvalid), FaultCategory.SyntaxError, false,
        "Correct the SQL at the line that the message names; the server's own words are in the message.");

    /// <summary>A statement failed while it ran.</summary>
    public static Fault SqlFailed { get; } = new(nameof(SqlFailed), FaultCategory.InvalidOperation, false,
        "The server's own words are in the message; correct the statement or the data it meets.");

    /// <summary>The user lacks a right on the server.</summary>
    public static Fault SqlDenied { get; } = new(nameof(SqlDenied), FaultCategory.PermissionDenied, false,
        "Grant the right that the server names, or use another user.");

    /// <summary>A statement in a job's SQL would end the load's transaction or cannot run in it.</summary>
    public static Fault StatementRefused { get; } = new(nameof(StatementRefused), FaultCategory.InvalidArgument, false,
        "A load is one transaction: leave out statements that begin or end one, load or unload by themselves.");

    /// <summary>Another transaction conflicted; the whole transaction may be repeated.</summary>
    public static Fault TransactionConflict { get; } = new(nameof(TransactionConflict), FaultCategory.ResourceBusy, true,
        "Run it again; if it happens often, load the tables at different times.");

    /// <summary>A query returns no columns, so there is nothing to load.</summary>
    public static Fault QueryWithoutColumns { get; } = new(nameof(QueryWithoutColumns), FaultCategory.InvalidArgument, false,
        "The source SQL must be one SELECT (or another statement that returns columns).");

    /// <summary>Column names of a query repeat, are empty or differ only in case.</summary>
    public static Fault ColumnNameInvalid { get; } = new(nameof(ColumnNameInvalid), FaultCategory.InvalidArgument, false,
        "Give every column of the query a name of its own with AS; Redshift folds names to lower case.");

    /// <summary>A value cannot be carried to Redshift unbent.</summary>
    public static Fault ValueInvalid { get; } = new(nameof(ValueInvalid), FaultCategory.InvalidData, false,
        "Correct the value at the source, or convert it in the query.");

    /// <summary>Staged parts or an export's files are missing or changed.</summary>
    public static Fault PartMissing { get; } = new(nameof(PartMissing), FaultCategory.ObjectNotFound, false,
        "Export again; parts must stay as they were written until they are loaded.");

    /// <summary>Files could not be written.</summary>
    public static Fault PartWriteFailed { get; } = new(nameof(PartWriteFailed), FaultCategory.WriteError, false,
        "Check the folder's rights and free space.");

    /// <summary>The output folder is not empty.</summary>
    public static Fault FolderNotEmpty { get; } = new(nameof(FolderNotEmpty), FaultCategory.ResourceExists, false,
        "Name a new or empty folder.");

    /// <summary>The bucket does not exist.</summary>
    public static Fault BucketNotFound { get; } = new(nameof(BucketNotFound), FaultCategory.ObjectNotFound, false,
        "Check the stage connection's Bucket, Region and ServiceUrl.");

    /// <summary>S3 refused the key, the signature or the token.</summary>
    public static Fault StageLoginFailed { get; } = new(nameof(StageLoginFailed), FaultCategory.AuthenticationError, false,
        "Check the stage connection's AccessKey and SecretKey, its Profile, or the machine's role.");

    /// <summary>S3 denied an operation.</summary>
    public static Fault StageDenied { get; } = new(nameof(StageDenied), FaultCategory.PermissionDenied, false,
        "The stage's credentials need s3:PutObject, s3:GetObject, s3:DeleteObject, s3:AbortMultipartUpload and s3:ListBucket on the prefix.");

    /// <summary>S3 failed or could not be reached.</summary>
    public static Fault StageFailed { get; } = new(nameof(StageFailed), FaultCategory.ConnectionError, true,
        "Check the network and the stage connection's ServiceUrl or Region.");

    /// <summary>The target table does not exist.</summary>
    public static Fault TableNotFound { get; } = new(nameof(TableNotFound), FaultCategory.ObjectNotFound, false,
        "Create the table, or run the job with -Load Initial and a create.sql that makes it.");

    /// <summary>The target table has rows already.</summary>
    public static Fault TableNotEmpty { get; } = new(nameof(TableNotEmpty), FaultCategory.ResourceExists, false,
        "Use -Load Ongoing to add rows, or -Force to append the initial load to what is there.");

    /// <summary>The extract has a column that the table lacks, or the table needs one that the extract lacks.</summary>
    public static Fault ColumnMismatch { get; } = new(nameof(ColumnMismatch), FaultCategory.InvalidData, false,
        "Rename the column in the query with AS, or add it to the table with ALTER TABLE … ADD COLUMN.");

    /// <summary>A merge's key or another column that it goes by is missing, NULL, or not one row's.</summary>
    public static Fault MergeKeyInvalid { get; } = new(nameof(MergeKeyInvalid), FaultCategory.InvalidData, false,
        "Correct the job's Key or its query: every row needs a key, and one row only may have it; KeepLatest picks the latest of several.");

    /// <summary>COPY refused rows; the message shows the first of them.</summary>
    public static Fault CopyRejected { get; } = new(nameof(CopyRejected), FaultCategory.InvalidData, false,
        "Correct the value at the source or widen the column; nothing was loaded.");

    /// <summary>COPY could not read the stage.</summary>
    public static Fault CopyDenied { get; } = new(nameof(CopyDenied), FaultCategory.PermissionDenied, false,
        "The warehouse's IamRole (or the stage's keys) needs s3:GetObject and s3:ListBucket on the stage's prefix.");

    /// <summary>A load went beyond one of the job's guards.</summary>
    public static Fault GuardFailed { get; } = new(nameof(GuardFailed), FaultCategory.InvalidData, false,
        "Nothing was committed. See whether the source is right; then change MinRows, MaxRows or MaxDeletePercent of the job.");

    /// <summary>An ongoing load needs a watermark, and none was ever committed.</summary>
    public static Fault WatermarkMissing { get; } = new(nameof(WatermarkMissing), FaultCategory.InvalidOperation, false,
        "Run the job with -Load Initial, or set a start with Set-EtlWatermark.");

    /// <summary>A watermark's column or value cannot be used.</summary>
    public static Fault WatermarkInvalid { get; } = new(nameof(WatermarkInvalid), FaultCategory.InvalidArgument, false,
        "Name a column of the query that is a number, a date, a timestamp or a rowversion, and give a value of its type.");

    /// <summary>A table cannot be copied without losing or bending something; the message lists what.</summary>
    public static Fault DeepCopyRefused { get; } = new(nameof(DeepCopyRefused), FaultCategory.InvalidOperation, false,
        "Nothing was changed. Remove what the message lists, or use VACUUM, which needs no copy.");

    /// <summary>A deep copy was not the same as its table, so it did not take its place.</summary>
    public static Fault DeepCopyDiffers { get; } = new(nameof(DeepCopyDiffers), FaultCategory.InvalidData, false,
        "Nothing was changed. Use VACUUM for this table, and report what the message lists.");

    /// <summary>A job's files are there already.</summary>
    public static Fault JobExists { get; } = new(nameof(JobExists), FaultCategory.ResourceExists, false,
        "Give another -Name, or -Force to replace the files.");

    /// <summary>Another run of the job is under way.</summary>
    public static Fault JobRunning { get; } = new(nameof(JobRunning), FaultCategory.ResourceBusy, false,
        "Wait until it has ended, or use -Wait; the lease of a run that died expires by itself.");

    /// <summary>Jobs depend on each other in a circle.</summary>
    public static Fault DependencyCycle { get; } = new(nameof(DependencyCycle), FaultCategory.InvalidArgument, false,
        "Nothing was run. Take one of the names that the message lists out of that job's DependsOn.");

    /// <summary>A job was left out, since one that it depends on did not succeed.</summary>
    public static Fault DependencyFailed { get; } = new(nameof(DependencyFailed), FaultCategory.InvalidOperation, false,
        "Mend the job that the message names, run it, and then this one.");

    /// <summary>A job that was due has been run by somebody else in the meantime.</summary>
    public static Fault NotDue { get; } = new(nameof(NotDue), FaultCategory.InvalidOperation, false,
        "Nothing has to be done: the job has been run.");

    /// <summary>The system's scheduler refused, or is not there.</summary>
    public static Fault SchedulerFailed { get; } = new(nameof(SchedulerFailed), FaultCategory.InvalidOperation, false,
        "Nothing was registered. Read the scheduler's own words in the message; -WhatIf shows what to enter by hand.");

    /// <summary>Nothing of that name is registered with the system's scheduler.</summary>
    public static Fault ScheduleNotFound { get; } = new(nameof(ScheduleNotFound), FaultCategory.ObjectNotFound, false,
        "Get-EtlSchedule lists what is registered.");

    /// <summary>Another run of the job has committed since.</summary>
    public static Fault RunSuperseded { get; } = new(nameof(RunSuperseded), FaultCategory.InvalidOperation, false,
        "Nothing was loaded. Run the job again: it reads the source as it is now.");

    /// <summary>Nothing is staged that could be resumed.</summary>
    public static Fault StagedRunNotFound { get; } = new(nameof(StagedRunNotFound), FaultCategory.ObjectNotFound, false,
        "Get-EtlStage lists what is staged; run the job again with Invoke-EtlJob.");

    /// <summary>The rows read, written and loaded are not the same number.</summary>
    public static Fault CountMismatch { get; } = new(nameof(CountMismatch), FaultCategory.InvalidData, false,
        "Nothing was committed. Run it again; if it repeats, keep the staged files and report it.");

    /// <summary>The same staged rows were loaded into that table before.</summary>
    public static Fault AlreadyLoaded { get; } = new(nameof(AlreadyLoaded), FaultCategory.ResourceExists, false,
        "Nothing was loaded. Export again to load new rows; the history shows the run that loaded these.");

    /// <summary>The connection broke during COMMIT and the outcome could not be looked up.</summary>
    public static Fault OutcomeUnknown { get; } = new(nameof(OutcomeUnknown), FaultCategory.ConnectionError, false,
        "When the warehouse answers again, look for the run in the history: it is there if and only if its rows are.");

    /// <summary>Stopped by the user, a timeout or the system.</summary>
    public static Fault Stopped { get; } = new(nameof(Stopped), FaultCategory.OperationStopped, false,
        "Nothing was committed; run it again.");

    /// <summary>A run took longer than the job's Timeout.</summary>
    public static Fault TimedOut { get; } = new(nameof(TimedOut), FaultCategory.OperationTimeout, false,
        "Nothing was committed. Find out what was slow (Get-EtlRun shows the times), or give the job a longer Timeout.");

    /// <summary>Another VACUUM runs on the cluster, which does one at a time.</summary>
    public static Fault VacuumBusy { get; } = new(nameof(VacuumBusy), FaultCategory.ResourceBusy, true,
        "Wait until the other VACUUM has ended (SVV_VACUUM_PROGRESS shows it), and run it again.");

    /// <summary>The sandbox did not start or does not answer.</summary>
    public static Fault SandboxFailed { get; } = new(nameof(SandboxFailed), FaultCategory.NotInstalled, false,
        "The sandbox needs the .NET 10 runtime (dotnet) and PostgreSQL's server programs or npm.");

    /// <summary>Every fault, by name: the closed table.</summary>
    public static IReadOnlyList<Fault> All { get; } = typeof(Fault)
        .GetProperties(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Static)
        .Where(property => property.PropertyType == typeof(Fault))
        .Select(property => (Fault)property.GetValue(null)!)
        .OrderBy(fault => fault.Name, StringComparer.Ordinal)
        .ToArray();

    /// <inheritdoc/>
    public override string ToString() => Name;
}
