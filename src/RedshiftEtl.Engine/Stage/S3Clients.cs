using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.S3;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Stage;

/// <summary>The one door to the AWS SDK: makes clients of a stage connection.</summary>
internal static class S3Clients
{
    /// <summary>A client for the connection.</summary>
    /// <exception cref="EtlException"><see cref="Fault.StageLoginFailed"/>: the profile is not there or no credentials are.</exception>
    public static AmazonS3Client Open(S3Connection stage)
    {
        var config = new AmazonS3Config
        {
            MaxErrorRetry = 4,
            RetryMode = RequestRetryMode.Standard,
            // For one call: a piece of 8 MiB over the slowest of lines.
            Timeout = TimeSpan.FromMinutes(5),
            // The parts carry a CRC-32C of our own, computed on the way; the SDK's own checksum would be a second pass over the data.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (stage.ServiceUrl is not null)
        {
            config.ServiceURL = stage.ServiceUrl;
            config.AuthenticationRegion = stage.Region ?? "us-east-1";
            config.ForcePathStyle = stage.ForcePathStyle ?? true;
        }
        else
        {
            config.ForcePathStyle = stage.ForcePathStyle ?? false;
            if (stage.Region is not null)
            {
                config.RegionEndpoint = RegionEndpoint.GetBySystemName(stage.Region);
            }
        }

        try
        {
            AWSCredentials? credentials = Credentials(stage);
            return credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
        }
        catch (AmazonClientException e)
        {
            throw new EtlException(Fault.StageLoginFailed, $"Stage '{stage.Name}': {e.Message}", stage.Name, e);
        }
    }

    /// <summary>Whether parts carry the newer checksum headers; for stores that don't know them the hash in the signature is the check.</summary>
    public static bool SendsChecksum(S3Connection stage) =>
        (stage.ChecksumMode ?? (stage.ServiceUrl is null ? Define.ChecksumMode.WhenSupported : Define.ChecksumMode.WhenRequired)) == Define.ChecksumMode.WhenSupported;

    /// <summary>The credentials that the connection names; null for the SDK's own chain.</summary>
    internal static AWSCredentials? Credentials(S3Connection stage)
    {
        if (stage.AccessKey is not null)
        {
            string secret = stage.SecretKey!.Reveal();
            return stage.SessionToken is { } token
                ? new SessionAWSCredentials(stage.AccessKey, secret, token.Reveal())
                : new BasicAWSCredentials(stage.AccessKey, secret);
        }

        if (stage.Profile is null)
        {
            return null;
        }

        return new CredentialProfileStoreChain().TryGetAWSCredentials(stage.Profile, out AWSCredentials credentials)
            ? credentials
            : throw new EtlException(Fault.StageLoginFailed, $"Stage '{stage.Name}' names the profile '{stage.Profile}', which the AWS shared files don't have.", stage.Name);
    }
}

/// <summary>Finds out the keys that a stage works with, for a COPY that has no role.</summary>
internal static class StageCredentials
{
    /// <summary>Access key, secret key and session token (null for lasting keys).</summary>
    /// <exception cref="EtlException"><see cref="Fault.StageLoginFailed"/>.</exception>
    public static async Task<(string AccessKey, string SecretKey, string? SessionToken)> ResolveAsync(S3Connection stage, CancellationToken cancel)
    {
        try
        {
            AWSCredentials credentials = S3Clients.Credentials(stage) ?? Amazon.Runtime.Credentials.DefaultAWSCredentialsIdentityResolver.GetCredentials();
            ImmutableCredentials keys = await credentials.GetCredentialsAsync().WaitAsync(cancel);
            return (keys.AccessKey, keys.SecretKey, keys.UseToken ? keys.Token : null);
        }
        catch (AmazonClientException e)
        {
            throw new EtlException(Fault.StageLoginFailed, $"Stage '{stage.Name}' has no keys that COPY could use, and the warehouse has no IamRole: {e.Message}", stage.Name, e);
        }
    }
}
