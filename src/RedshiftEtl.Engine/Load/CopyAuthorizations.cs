using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Engine.Load;

/// <summary>Chooses how COPY may read a stage.</summary>
public static class CopyAuthorizations
{
    /// <summary>The warehouse's role where it has one, else the keys that the stage itself works with.</summary>
    /// <exception cref="EtlException"><see cref="Fault.StageLoginFailed"/>: there is neither a role nor are there keys.</exception>
    public static async Task<CopyAuthorization> ForAsync(RedshiftConnection warehouse, S3Connection stage, CancellationToken cancel)
    {
        if (warehouse.IamRole is { } role)
        {
            return CopyAuthorization.Role(role);
        }

        (string accessKey, string secretKey, string? token) = await StageCredentials.ResolveAsync(stage, cancel);
        return CopyAuthorization.Keys(accessKey, secretKey, token);
    }
}
