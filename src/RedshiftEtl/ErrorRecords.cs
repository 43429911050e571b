using System.Management.Automation;
using RedshiftEtl.Engine;

namespace RedshiftEtl;

/// <summary>The one door from faults to error records.</summary>
internal static class ErrorRecords
{
    /// <summary>An error record with the fault's name as its id, its category, target and advice.</summary>
    public static ErrorRecord From(EtlException error)
    {
        ErrorCategory category = Enum.Parse<ErrorCategory>(error.Fault.Category.ToString());
        return new ErrorRecord(error, error.Fault.Name, category, error.Target)
        {
            ErrorDetails = new ErrorDetails(error.Message) { RecommendedAction = error.Advice },
        };
    }
}
