using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>Turns what the AWS SDK throws into faults.</summary>
internal static class S3Error
{
    /// <summary>Runs one call of the SDK.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="what">What the call does, for messages: «upload of x».</param>
    /// <param name="call">The call.</param>
    /// <exception cref="EtlException">The fault of what the call threw.</exception>
    public static async Task<T> GuardAsync<T>(S3Connection stage, string what, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException)
        {
            // Not the user's stop but a call that took too long.
            throw From(e.InnerException, stage, what);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or SocketException or TimeoutException)
        {
            throw From(e, stage, what);
        }
    }

    private static EtlException From(Exception error, S3Connection stage, string what)
    {
        string where = $"Stage '{stage.Name}' ({stage.Target}), {what}";
        if (error is not AmazonS3Exception s3 || s3.StatusCode == 0)
        {
            Fault fault = error is AmazonClientException && error.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase) ? Fault.StageLoginFailed : Fault.StageFailed;
            return new EtlException(fault, $"{where}: {error.GetBaseException().Message}", stage.Name, error);
        }

        return s3.ErrorCode switch
        {
            "NoSuchBucket" => new EtlException(Fault.BucketNotFound, $"{where}: the bucket '{stage.Bucket}' does not exist.", stage.Bucket, error),
            "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "RequestTimeTooSkewed" or "AuthorizationHeaderMalformed"
                => new EtlException(Fault.StageLoginFailed, $"{where}: {s3.Message} ({s3.ErrorCode})", stage.Name, error),
            "AccessDenied" or "AllAccessDisabled" => new EtlException(Fault.StageDenied, $"{where}: {s3.Message} ({s3.ErrorCode})", stage.Name, error),
            _ when s3.StatusCode == HttpStatusCode.Forbidden => new EtlException(Fault.StageDenied, $"{where}: access was denied (403 {s3.ErrorCode}).", stage.Name, error),
            _ => new EtlException(Fault.StageFailed, $"{where}: {s3.Message} ({(int)s3.StatusCode} {s3.ErrorCode})", stage.Name, error),
        };
    }
}
