using System.Text.RegularExpressions;

namespace RedshiftEtl.Sandbox.Faults;

/// <summary>The faults that were asked for and have yet to strike, and the statements that were seen. Any thread may call it.
/// Rules are looked at in the order in which they were added; which one strikes depends on what arrives, never on time or chance.</summary>
internal sealed partial class FaultRegistry
{
    private const int RememberedStatements = 10_000;

    private readonly Lock _lock = new();
    private readonly List<FaultRule> _rules = [];
    private readonly Queue<SeenStatement> _seen = new();
    private readonly List<(int Number, string Sql)> _running = [];
    private int _count;

    /// <summary>Whether the account's credentials have expired.</summary>
    public bool CredentialsExpired => HasState(CredentialState.Expired);

    /// <summary>Whether the account's credentials were revoked.</summary>
    public bool CredentialsRevoked => HasState(CredentialState.Revoked);

    /// <summary>Adds a fault.</summary>
    /// <exception cref="ArgumentException">The rule is incomplete or out of range.</exception>
    public void Add(FaultRule rule)
    {
        FaultRule ready = rule.Checked();
        lock (_lock) _rules.Add(ready);
    }

    /// <summary>All faults since the last reset, with how often each struck.</summary>
    public IReadOnlyList<FaultRule> List()
    {
        lock (_lock) return [.. _rules];
    }

    /// <summary>Forgets all faults and statements, and counts from 1 again.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _rules.Clear();
            _seen.Clear();
            _running.Clear();
            _count = 0;
        }
    }

    /// <summary>The statements since the last reset (the last 10,000 of them), passwords and keys left out.</summary>
    public IReadOnlyList<SeenStatement> Statements()
    {
        lock (_lock) return [.. _seen];
    }

    /// <summary>Tells of a statement: once before it is carried out, and once after, before its client learns of it. Waits where a fault says so.</summary>
    /// <returns>What to do instead of going on, or null.</returns>
    public async ValueTask<StatementFault?> OnStatementAsync(string sql, string comment, FaultPoint point, CancellationToken cancel)
    {
        List<FaultRule> striking;
        lock (_lock)
        {
            int number = point == FaultPoint.Before ? Begin(sql, comment) : End(sql);
            striking = Strike(rule => rule.Kind == FaultKind.Statement && rule.Point == point
                && (rule.Number is null || rule.Number == number) && (rule.Matcher is null || rule.Matcher.IsMatch(sql)),
                last: rule => rule.Action != FaultAction.Delay);
        }
        foreach (FaultRule rule in striking)
        {
            if (rule.DelayMilliseconds > 0) await Task.Delay(rule.DelayMilliseconds, cancel);
            if (rule.Action != FaultAction.Delay)
                return new StatementFault(rule.Action == FaultAction.Drop, rule.SqlState ?? "XX000", rule.Message ?? "A fault asked of the sandbox");
        }
        return null;
    }

    /// <summary>Tells of an S3 call.</summary>
    /// <param name="operation">The operation as the API names it.</param>
    /// <param name="bucket">The bucket, or "".</param>
    /// <param name="key">The key, or "".</param>
    /// <returns>What is to go wrong, or null.</returns>
    public S3Fault? OnS3(string operation, string bucket, string key)
    {
        lock (_lock)
        {
            FaultRule? rule = Strike(r => r.Kind == FaultKind.S3
                && (r.Operation is null || r.Operation.Equals(operation, StringComparison.OrdinalIgnoreCase))
                && (r.Matcher is null || r.Matcher.IsMatch($"{bucket}/{key}")), last: _ => true).FirstOrDefault();
            if (rule is null) return null;
            string code = rule.Code ?? (rule.Status == 503 ? "SlowDown" : "InternalError");
            string message = rule.Message ?? (code == "SlowDown" ? "Please reduce your request rate." : "We encountered an internal error. Please try again.");
            return new S3Fault(rule.Status, code, message, TimeSpan.FromMilliseconds(rule.DelayMilliseconds), rule.BytesPerSecond, rule.AtByte);
        }
    }

    /// <summary>Asked once by each COPY: after how many bytes of its (stored) input it is to die, or null.</summary>
    public long? LoadKillByte()
    {
        lock (_lock) return Strike(rule => rule.Kind == FaultKind.Load, last: _ => true).FirstOrDefault()?.AtByte;
    }

    private bool HasState(CredentialState state)
    {
        lock (_lock) return _rules.Exists(rule => rule.Kind == FaultKind.Credentials && rule.State == state);
    }

    private int Begin(string sql, string comment)
    {
        int number = ++_count;
        if (_seen.Count == RememberedStatements) _seen.Dequeue();
        _seen.Enqueue(new SeenStatement(number, WithoutSecrets(sql), WithoutSecrets(comment)));
        // A statement that fails has no second call; such entries must not pile up.
        if (_running.Count == RememberedStatements) _running.RemoveAt(0);
        _running.Add((number, sql));
        return number;
    }

    private int End(string sql)
    {
        int index = _running.FindLastIndex(s => s.Sql == sql);
        if (index < 0) return 0;
        int number = _running[index].Number;
        _running.RemoveAt(index);
        return number;
    }

    /// <summary>The rules that apply, up to and with the first that is the last word; each is counted as having struck.</summary>
    private List<FaultRule> Strike(Func<FaultRule, bool> applies, Func<FaultRule, bool> last)
    {
        var striking = new List<FaultRule>();
        for (int i = 0; i < _rules.Count; i++)
        {
            FaultRule rule = _rules[i];
            if ((rule.Times != 0 && rule.Struck >= rule.Times) || !applies(rule)) continue;
            _rules[i] = rule with { Struck = rule.Struck + 1 };
            striking.Add(rule);
            if (last(rule)) break;
        }
        return striking;
    }

    private static string WithoutSecrets(string sql) => Secret().Replace(sql, "$1'***'");

    /// <summary>Words after which a literal is a secret: the authorizations of COPY and UNLOAD (redshift-facts 1.3), and passwords.</summary>
    [GeneratedRegex(@"\b((?:SECRET_ACCESS_KEY|SESSION_TOKEN|ACCESS_KEY_ID|CREDENTIALS|MASTER_SYMMETRIC_KEY|PASSWORD)(?:\s+AS)?\s*)'(?:[^']|'')*'", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secret();
}
