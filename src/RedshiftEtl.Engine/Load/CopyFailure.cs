using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Load;

/// <summary>Finds out why a COPY failed.</summary>
internal static class CopyFailure
{
    /// <summary>How COPY says that S3 refused it.</summary>
    private static readonly string[] s_deniedWords =
        ["AccessDenied", "Access Denied", "not authorized", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "403"];

    /// <summary>What COPY's failure was about: the refused rows where there are some, else the server's words without keys.</summary>
    public static async Task<EtlException> ExplainAsync(
        WarehouseSession session, LoadRequest request, EtlStage stage, EtlException error, CopyAuthorization authorization, CancellationToken cancel)
    {
        bool isData = error.Message.Contains("load_error", StringComparison.OrdinalIgnoreCase);
        IReadOnlyList<LoadError> rows = isData ? await ReadErrorsAsync(request, stage, session.ProcessId, cancel) : [];
        if (rows.Count > 0)
        {
            return new EtlException(Fault.CopyRejected,
                $"COPY into '{request.Table}' refused rows; nothing was loaded. {string.Join("; ", rows)}", request.Table.ToString());
        }

        // The server may repeat a part of the statement, so an error of a COPY with keys says no more than its class.
        bool hasKeys = authorization.Sql != authorization.Shown;
        string message = hasKeys && error.Fault == Fault.SqlInvalid ? "the statement was refused" : error.Message;
        bool isDenied = error.Fault == Fault.SqlDenied
            || s_deniedWords.Any(word => error.Message.Contains(word, StringComparison.OrdinalIgnoreCase));
        return new EtlException(isDenied ? Fault.CopyDenied : error.Fault, $"COPY into '{request.Table}' failed; nothing was loaded. {message}",
            request.Table.ToString(), hasKeys ? null : error.InnerException);
    }

    /// <summary>COPY fails with XX000, at which the driver gives the connection up: the errors are read through a new one, by the old one's process id.</summary>
    private static async Task<IReadOnlyList<LoadError>> ReadErrorsAsync(LoadRequest request, EtlStage stage, int processId, CancellationToken cancel)
    {
        LoadError[] errors;
        try
        {
            await using WarehouseSession session = await WarehouseSession.OpenAsync(request.Warehouse, NoProgress.Instance, cancel);
            errors = [.. await LoadError.ReadAsync(session, processId, 5, cancel)];
        }
        catch (EtlException)
        {
            // Without them the server's own words about the COPY remain.
            return [];
        }

        for (int i = 0; i < errors.Length; i++)
        {
            if (errors[i].Value is null && errors[i].RawLine is null)
            {
                errors[i] = errors[i] with { RawLine = await RawLineAsync(stage, errors[i], cancel) };
            }
        }

        return errors;
    }

    private static async Task<string?> RawLineAsync(EtlStage stage, LoadError error, CancellationToken cancel)
    {
        try
        {
            return await StagedLine.ReadAsync(stage.Stage, error.File, error.Line, cancel);
        }
        catch (Exception e) when (e is EtlException or IOException or InvalidDataException or ZstdSharp.ZstdException)
        {
            // The error stands without it.
            return null;
        }
    }
}
