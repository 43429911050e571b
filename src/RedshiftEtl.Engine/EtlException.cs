namespace RedshiftEtl.Engine;

/// <summary>The one exception that the engine raises on purpose: a fault of the closed table, said in full.</summary>
public sealed class EtlException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="fault">The row of the fault table.</param>
    /// <param name="message">What failed, on what, with which numbers. Never a secret.</param>
    /// <param name="target">What it failed on: a name, a path, a table.</param>
    /// <param name="inner">The cause, if it is an exception.</param>
    /// <param name="advice">What to do, when more is known than the fault's own advice.</param>
    public EtlException(Fault fault, string message, object? target = null, Exception? inner = null, string? advice = null)
        : base(message, inner)
    {
        Fault = fault;
        Target = target;
        Advice = advice ?? fault.Advice;
    }

    /// <summary>The row of the fault table.</summary>
    public Fault Fault { get; }

    /// <summary>What it failed on.</summary>
    public object? Target { get; }

    /// <summary>One or two sentences on what to do.</summary>
    public string Advice { get; }
}
