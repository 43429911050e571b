using System.Globalization;
using Polly;
using Polly.Retry;

namespace RedshiftEtl.Engine;

/// <summary>The one place that repeats: only what a transient fault ended, whole, a bounded number of times, after a wait that grows and is jittered.</summary>
public sealed class Retry
{
    /// <summary>How often something is repeated unless the job says otherwise.</summary>
    public const int DefaultRetries = 3;

    private readonly int _retries;
    private readonly IProgress<EtlEvent> _progress;

    /// <summary>Makes one.</summary>
    /// <param name="retries">How often a thing is repeated at most, from 0.</param>
    /// <param name="progress">Where a warning goes before each repetition.</param>
    public Retry(int retries, IProgress<EtlEvent> progress)
    {
        _retries = retries;
        _progress = progress;
    }

    /// <summary>Does something, and again as long as its fault is transient.</summary>
    /// <param name="what">What it is, for the warning: «Load into sales.orders».</param>
    /// <param name="attempt">The whole of it: it must leave nothing behind when it fails.</param>
    /// <param name="cancel">Stops it, waits included.</param>
    /// <exception cref="EtlException">The last fault; its message names the first one when that was another.</exception>
    public async Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> attempt, CancellationToken cancel)
    {
        EtlException? first = null;
        int attempts = 1;
        if (_retries == 0)
        {
            return await attempt(cancel);
        }

        var options = new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<EtlException>(error => error.Fault.IsTransient),
            MaxRetryAttempts = _retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromSeconds(1),
            MaxDelay = TimeSpan.FromSeconds(30),
            OnRetry = repetition =>
            {
                var error = (EtlException)repetition.Outcome.Exception!;
                first ??= error;
                attempts++;
                _progress.Report(new WarningEvent(string.Create(CultureInfo.InvariantCulture,
                    $"{what}: {error.Message} Trying again in {repetition.RetryDelay.TotalSeconds:N1} s ({repetition.AttemptNumber + 1} of {_retries}).")));
                return default;
            },
        };
        try
        {
            return await new ResiliencePipelineBuilder().AddRetry(options).Build().ExecuteAsync(async stop => await attempt(stop), cancel);
        }
        catch (EtlException last) when (first is not null)
        {
            string origin = first.Message == last.Message ? "" : $" The first error was: {first.Message}";
            throw new EtlException(last.Fault, string.Create(CultureInfo.InvariantCulture, $"{last.Message} (attempt {attempts} of {_retries + 1}).{origin}"),
                last.Target, last.InnerException, last.Advice);
        }
    }
}
