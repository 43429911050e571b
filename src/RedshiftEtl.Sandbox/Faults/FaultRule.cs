using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace RedshiftEtl.Sandbox.Faults;

/// <summary>What a fault strikes.</summary>
internal enum FaultKind
{
    /// <summary>A statement on the Redshift endpoint.</summary>
    Statement,

    /// <summary>A call on the S3 endpoint.</summary>
    S3,

    /// <summary>The account's credentials.</summary>
    Credentials,

    /// <summary>A COPY while it reads.</summary>
    Load,
}

/// <summary>Whether a fault comes before its statement takes effect, or after.</summary>
internal enum FaultPoint
{
    /// <summary>The statement isn't carried out.</summary>
    Before,

    /// <summary>The statement is carried out, and its client doesn't learn of it.</summary>
    After,
}

/// <summary>What happens at a statement.</summary>
internal enum FaultAction
{
    /// <summary>The connection is closed without a word.</summary>
    Drop,

    /// <summary>The statement waits, and goes on.</summary>
    Delay,

    /// <summary>The client gets an error.</summary>
    Error,
}

/// <summary>What becomes of the credentials.</summary>
internal enum CredentialState
{
    /// <summary>Their time is over.</summary>
    Expired,

    /// <summary>They were withdrawn.</summary>
    Revoked,
}

/// <summary>A fault that was asked for. Which members count depends on <see cref="Kind"/>.</summary>
internal sealed record FaultRule
{
    /// <summary>How rules are written in JSON.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
    };

    private static readonly string[] s_names = [.. typeof(FaultRule).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.Name is not (nameof(Matcher) or nameof(Struck)))
        .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Order(StringComparer.Ordinal)];

    /// <summary>What it strikes.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>How often it strikes; 0 for always. Credentials stay as they are until a reset.</summary>
    public int Times { get; init; } = 1;

    /// <summary>How often it struck.</summary>
    public int Struck { get; init; }

    /// <summary>Statement: its number since the last reset, from 1; null for any.</summary>
    public int? Number { get; init; }

    /// <summary>Statement: a regular expression that its text must match, in any case; null for any. S3: the same for the key.</summary>
    public string? Pattern { get; init; }

    /// <summary>Statement: before or after it takes effect.</summary>
    public FaultPoint Point { get; init; }

    /// <summary>Statement: what happens.</summary>
    public FaultAction Action { get; init; }

    /// <summary>Statement: the SQLSTATE of an error; XX000 if null, as Redshift's internal errors have.</summary>
    public string? SqlState { get; init; }

    /// <summary>Statement and S3: the error's message.</summary>
    public string? Message { get; init; }

    /// <summary>Statement and S3: how long to wait, milliseconds.</summary>
    public int DelayMilliseconds { get; init; }

    /// <summary>S3: the operation as the API names it, for example PutObject; null for any.</summary>
    public string? Operation { get; init; }

    /// <summary>S3: the HTTP status to answer with; null to go on.</summary>
    public int? Status { get; init; }

    /// <summary>S3: the error code of the answer; InternalError if null.</summary>
    public string? Code { get; init; }

    /// <summary>S3: the most bytes of body a second.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>S3: the connection is dropped after so many bytes of body. Load: the COPY dies there.</summary>
    public long? AtByte { get; init; }

    /// <summary>Credentials: what becomes of them.</summary>
    public CredentialState? State { get; init; }

    /// <summary>The pattern, compiled; null when there is none.</summary>
    [JsonIgnore]
    public Regex? Matcher { get; init; }

    /// <summary>Reads a rule from JSON, and checks it.</summary>
    /// <exception cref="ArgumentException">It is no rule; the message says what is wrong with it.</exception>
    public static FaultRule Read(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new ArgumentException("Not a fault: a fault is a table of names and values.");
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!s_names.Contains(property.Name, StringComparer.OrdinalIgnoreCase))
                    throw new ArgumentException($"Not a fault: '{property.Name}' is unknown; a fault has {string.Join(", ", s_names)}.");
            }
            return document.Deserialize<FaultRule>(Json)!.Checked();
        }
        catch (JsonException error)
        {
            string where = error.Path is { Length: > 2 } path ? $"the value of {path[2..]} makes no sense" : error.Message;
            throw new ArgumentException($"Not a fault: {where}.", error);
        }
    }

    /// <summary>Checks the rule and compiles its pattern.</summary>
    /// <exception cref="ArgumentException">It is incomplete, or a value is out of range; the message says which.</exception>
    public FaultRule Checked()
    {
        string? wrong =
            Times < 0 ? "times is 0 or more"
            : DelayMilliseconds < 0 ? "delayMilliseconds is 0 or more"
            : Number < 1 ? "number is 1 or more"
            : Status is < 300 or > 599 ? "status is an HTTP error's: 300 to 599"
            : BytesPerSecond < 1 ? "bytesPerSecond is 1 or more"
            : AtByte < 0 ? "atByte is 0 or more"
            : SqlState is { Length: not 5 } ? "sqlState has 5 characters"
            : Kind == FaultKind.Credentials && State is null ? "a credentials fault needs state: expired or revoked"
            : Kind == FaultKind.Load && AtByte is null ? "a load fault needs atByte"
            : Kind == FaultKind.S3 && Status is null && AtByte is null && BytesPerSecond is null && DelayMilliseconds == 0
                ? "an s3 fault needs status, atByte, bytesPerSecond or delayMilliseconds"
            : Kind == FaultKind.Statement && Action == FaultAction.Delay && DelayMilliseconds == 0 ? "a delay needs delayMilliseconds"
            : null;
        if (wrong is not null) throw new ArgumentException($"Not a fault: {wrong}.");
        return this with
        {
            Struck = 0,
            Matcher = Pattern is null ? null : new Regex(Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(1)),
        };
    }
}

/// <summary>What the Redshift endpoint is to do at a statement instead of going on.</summary>
/// <param name="Drop">Close the connection without a word; else send the error.</param>
/// <param name="SqlState">The error's SQLSTATE.</param>
/// <param name="Message">The error's message.</param>
internal sealed record StatementFault(bool Drop, string SqlState, string Message);

/// <summary>A statement that the Redshift endpoint has seen.</summary>
/// <param name="Number">Its number since the last reset, from 1.</param>
/// <param name="Sql">Its text, without secrets and without the comment before it.</param>
/// <param name="Comment">The comment before it, or "".</param>
internal sealed record SeenStatement(int Number, string Sql, string Comment);
