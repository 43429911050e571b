using System.Collections.Concurrent;
using System.Management.Automation;
using RedshiftEtl.Engine;

namespace RedshiftEtl;

/// <summary>What every cmdlet does the same way: run the engine, replay what it tells on the pipeline thread, turn its faults into error records, stop.</summary>
public abstract class EtlCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Disposes what the command holds.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether the command itself says -WhatIf, so that the plan is its output.</summary>
    protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? whatIf) && ((SwitchParameter)whatIf).IsPresent;

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Runs asynchronous work of the engine; its events are written to the streams, in order, while it runs.</summary>
    /// <exception cref="EtlException">The work's fault.</exception>
    protected T Run<T>(Func<IProgress<EtlEvent>, CancellationToken, Task<T>> work)
    {
        using var work_stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var events = new BlockingCollection<EtlEvent>(256);
        var view = new ProgressView(this);
        Task<T> task = Task.Run(() => work(new EventQueue(events), work_stop.Token));
        task.ContinueWith(_ => events.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            foreach (EtlEvent happened in events.GetConsumingEnumerable())
            {
                Replay(happened, view);
            }
        }
        catch
        {
            // The pipeline is stopping, or a preference variable says Stop. Let the engine clean up before the exception goes on.
            work_stop.Cancel();
            foreach (EtlEvent _ in events.GetConsumingEnumerable())
            {
            }

            task.ContinueWith(static ended => ended.Exception, TaskScheduler.Default).Wait();
            throw;
        }
        finally
        {
            view.Complete();
        }

        try
        {
            return task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Writes what the engine yields as it comes, with its events in order. When the pipeline downstream stops, the engine's clean-up runs.</summary>
    /// <exception cref="EtlException">The work's fault.</exception>
    protected void Stream<T>(Func<IProgress<EtlEvent>, CancellationToken, IAsyncEnumerable<T>> work, Action<T> write) =>
        Run(async (progress, cancel) =>
        {
            await foreach (T item in work(progress, cancel).WithCancellation(cancel))
            {
                cancel.ThrowIfCancellationRequested();
                progress.Report(new OutputEvent(() => write(item)));
            }

            return true;
        });

    /// <summary>Does something for one input; its fault becomes an error of that input, and the next input goes on.</summary>
    protected void ForInput(Action action)
    {
        try
        {
            action();
        }
        catch (EtlException e)
        {
            OnError(e);
            WriteError(ErrorRecords.From(e));
        }
    }

    /// <summary>Does something without which nothing can go on; its fault ends the command.</summary>
    protected T Require<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (EtlException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e));
            throw;
        }
    }

    /// <summary>Disposes what the command holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }

    /// <summary>Sees every event before it is written.</summary>
    protected virtual void OnEvent(EtlEvent happened)
    {
    }

    /// <summary>Sees every error of an input before it is written.</summary>
    protected virtual void OnError(EtlException fault)
    {
    }

    private void Replay(EtlEvent happened, ProgressView view)
    {
        OnEvent(happened);
        switch (happened)
        {
            case VerboseEvent verbose:
                WriteVerbose(verbose.Message);
                break;
            case DebugEvent debug:
                WriteDebug(debug.Message);
                break;
            case WarningEvent warning:
                WriteWarning(warning.Message);
                break;
            case MilestoneEvent milestone:
                WriteInformation(milestone.Message, ["RedshiftEtl", milestone.Tag]);
                break;
            case ProgressEvent progress:
                view.Show(progress);
                break;
            case JobEndedEvent ended:
                view.Show(ended);
                break;
            case OutputEvent output:
                output.Write();
                break;
        }
    }

    /// <summary>Something to write to the pipeline.</summary>
    private sealed record OutputEvent(Action Write) : EtlEvent;

    /// <summary>Hands events from the engine's threads to the pipeline thread.</summary>
    private sealed class EventQueue(BlockingCollection<EtlEvent> events) : IProgress<EtlEvent>
    {
        public void Report(EtlEvent value)
        {
            try
            {
                events.Add(value);
            }
            catch (InvalidOperationException)
            {
                // The work has ended; a late event has nobody to tell.
            }
        }
    }
}
