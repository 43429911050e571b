using System.Globalization;
using System.Net;
using RedshiftEtl.Sandbox.Faults;

namespace RedshiftEtl.Sandbox.S3.Signing;

/// <summary>Checks that a request was signed, with signature version 4, by the sandbox's one account.</summary>
internal sealed class SignatureCheck(SandboxKeys keys, FaultRegistry faults)
{
    private const string ContentHash = "x-amz-content-sha256";
    private const string UnsignedPayload = "UNSIGNED-PAYLOAD";
    private static readonly TimeSpan s_maxSkew = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_maxPresigned = TimeSpan.FromDays(7);

    /// <summary>Checks the request, and tells it how its body is protected.</summary>
    /// <exception cref="S3Exception">The request isn't signed as it must be.</exception>
    public void Verify(S3Request request)
    {
        string? authorization = request.Header("Authorization");
        bool presigned = request.Has("X-Amz-Algorithm") || request.Has("X-Amz-Signature");
        if (authorization is null && !presigned) throw S3Exception.AccessDenied();
        if (authorization is not null && presigned)
            throw S3Exception.InvalidArgument("Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified", "Authorization", "");
        if (authorization is not null && !authorization.StartsWith(SigningKey.Algorithm + " ", StringComparison.Ordinal))
            throw S3Exception.InvalidRequest("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");

        SignedWith with = presigned ? SignedWith.FromQuery(request) : SignedWith.FromHeader(authorization!, request.Header("x-amz-date"));
        CheckScope(with);
        CheckTime(with);
        CheckAccount(with, request);

        string? declared = request.Header(ContentHash);
        if (declared is null && !presigned) throw S3Exception.InvalidRequest("Missing required header for this request: x-amz-content-sha256");
        string payload = declared ?? UnsignedPayload;
        CheckHeaders(with, request, presigned);

        byte[] key = SigningKey.Derive(keys.SecretKey, with.Day, with.Region, with.Service);
        string canonical = CanonicalRequest.Text(request, with.SignedHeaders, payload);
        string signature = SigningKey.Sign(key, $"{SigningKey.Algorithm}\n{with.Time}\n{with.Scope}\n{SigningKey.Hash(canonical)}");
        if (!SigningKey.Same(signature, with.Signature))
        {
            throw new S3Exception(HttpStatusCode.Forbidden, "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
            {
                Details = [("AWSAccessKeyId", with.AccessKey), ("SignatureProvided", with.Signature), ("CanonicalRequest", canonical)],
            };
        }
        request.Payload = Payload(payload, new ChunkSigner(key, with.Time, with.Scope, signature));
    }

    private static PayloadSigning Payload(string declared, ChunkSigner signer) => declared switch
    {
        UnsignedPayload => PayloadSigning.Unsigned,
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => new PayloadSigning { Chunked = true, Trailer = true },
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => new PayloadSigning { Chunked = true, Signer = signer },
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => new PayloadSigning { Chunked = true, Trailer = true, Signer = signer },
        { Length: 64 } hex when hex.All(char.IsAsciiHexDigit) => new PayloadSigning { Sha256 = hex.ToLowerInvariant() },
        _ => throw S3Exception.InvalidArgument("x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
            + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.", ContentHash, declared),
    };

    private void CheckScope(SignedWith with)
    {
        string? wrong =
            with.Region != keys.Region ? $"the region '{with.Region}' is wrong; expecting '{keys.Region}'"
            : with.Service != "s3" ? $"incorrect service \"{with.Service}\". This endpoint belongs to \"s3\""
            : with.Terminator != "aws4_request" ? $"incorrect terminal \"{with.Terminator}\". This endpoint uses \"aws4_request\""
            : !with.Time.StartsWith(with.Day, StringComparison.Ordinal) ? $"invalid credential date \"{with.Day}\". This endpoint uses the date of x-amz-date"
            : null;
        if (wrong is null) return;
        throw new S3Exception(HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed", $"The authorization header is malformed; {wrong}.")
        {
            Details = with.Region != keys.Region ? [("Region", keys.Region)] : [],
        };
    }

    private static void CheckTime(SignedWith with)
    {
        if (!DateTimeOffset.TryParseExact(with.Time, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time))
        {
            throw S3Exception.AccessDenied("AWS authentication requires a valid Date or x-amz-date header");
        }
        DateTimeOffset now = DateTimeOffset.UtcNow;
        if (with.Expires is { } seconds)
        {
            if (seconds < 1 || seconds > s_maxPresigned.TotalSeconds)
            {
                throw new S3Exception(HttpStatusCode.BadRequest, "AuthorizationQueryParametersError",
                    "X-Amz-Expires must be between 1 and 604800 seconds");
            }
            if (now > time.AddSeconds(seconds)) throw S3Exception.AccessDenied("Request has expired");
            if (time > now + s_maxSkew) throw S3Exception.AccessDenied("Request is not valid yet");
        }
        else if ((now - time).Duration() > s_maxSkew)
        {
            throw new S3Exception(HttpStatusCode.Forbidden, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
            {
                Details = [("RequestTime", with.Time), ("ServerTime", now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)), ("MaxAllowedSkewMilliseconds", "900000")],
            };
        }
    }

    private void CheckAccount(SignedWith with, S3Request request)
    {
        if (faults.CredentialsExpired) throw new S3Exception(HttpStatusCode.BadRequest, "ExpiredToken", "The provided token has expired.");
        if (with.AccessKey != keys.AccessKey || faults.CredentialsRevoked)
        {
            throw new S3Exception(HttpStatusCode.Forbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
            {
                Details = [("AWSAccessKeyId", with.AccessKey)],
            };
        }
        // The sandbox's keys are long-lived ones: no token belongs to them.
        if (!string.IsNullOrEmpty(request.Header("x-amz-security-token") ?? request.Parameter("X-Amz-Security-Token")))
            throw new S3Exception(HttpStatusCode.BadRequest, "InvalidToken", "The provided token is malformed or otherwise invalid.");
    }

    /// <summary>S3 wants the host and every x-amz- header signed; a header added on the way would otherwise change what is done.</summary>
    private static void CheckHeaders(SignedWith with, S3Request request, bool presigned)
    {
        var unsigned = request.Http.Request.Headers.Keys.Select(name => name.ToLowerInvariant())
            .Where(name => name == "host" || (name.StartsWith("x-amz-", StringComparison.Ordinal) && !(presigned && name == ContentHash)))
            .Except(with.SignedHeaders, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (unsigned.Count == 0) return;
        throw new S3Exception(HttpStatusCode.Forbidden, "AccessDenied", "There were headers present in the request which were not signed")
        {
            Details = [("HeadersNotSigned", string.Join(", ", unsigned))],
        };
    }
}
