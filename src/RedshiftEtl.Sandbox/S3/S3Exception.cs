using System.Net;

namespace RedshiftEtl.Sandbox.S3;

/// <summary>A refusal in S3's words.</summary>
/// <param name="status">The HTTP status code.</param>
/// <param name="code">S3's error code, as in the XML's Code element.</param>
/// <param name="message">S3's message.</param>
internal sealed class S3Exception(HttpStatusCode status, string code, string message) : Exception(message)
{
    /// <summary>The HTTP status code.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>S3's error code.</summary>
    public string Code { get; } = code;

    /// <summary>More elements of the error's XML, for example ExpectedDigest.</summary>
    public IReadOnlyList<(string Name, string Value)> Details { get; init; } = [];

    /// <summary>Credentials are missing or don't allow it.</summary>
    public static S3Exception AccessDenied(string message = "Access Denied") => new(HttpStatusCode.Forbidden, "AccessDenied", message);

    /// <summary>The bucket isn't there.</summary>
    public static S3Exception NoSuchBucket(string bucket) =>
        new(HttpStatusCode.NotFound, "NoSuchBucket", "The specified bucket does not exist") { Details = [("BucketName", bucket)] };

    /// <summary>The object isn't there.</summary>
    public static S3Exception NoSuchKey(string key) =>
        new(HttpStatusCode.NotFound, "NoSuchKey", "The specified key does not exist.") { Details = [("Key", key)] };

    /// <summary>The multipart upload isn't there (any more).</summary>
    public static S3Exception NoSuchUpload(string id) =>
        new(HttpStatusCode.NotFound, "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.") { Details = [("UploadId", id)] };

    /// <summary>The request's XML isn't what the operation takes.</summary>
    public static S3Exception MalformedXml() =>
        new(HttpStatusCode.BadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");

    /// <summary>A header or query parameter has a value that it can't have.</summary>
    public static S3Exception InvalidArgument(string message, string name, string value) =>
        new(HttpStatusCode.BadRequest, "InvalidArgument", message) { Details = [("ArgumentName", name), ("ArgumentValue", value)] };

    /// <summary>The request as a whole can't be served.</summary>
    public static S3Exception InvalidRequest(string message) => new(HttpStatusCode.BadRequest, "InvalidRequest", message);

    /// <summary>The body isn't what its digest says.</summary>
    public static S3Exception BadDigest(string what) =>
        new(HttpStatusCode.BadRequest, "BadDigest", $"The {what} you specified did not match the calculated checksum.");

    /// <summary>The body ended early, or goes on too long.</summary>
    public static S3Exception IncompleteBody() =>
        new(HttpStatusCode.BadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header");

    /// <summary>A condition of the request doesn't hold.</summary>
    public static S3Exception PreconditionFailed(string condition) =>
        new(HttpStatusCode.PreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold") { Details = [("Condition", condition)] };

    /// <summary>S3 has the operation and the sandbox doesn't.</summary>
    public static S3Exception NotImplemented(string what) =>
        new(HttpStatusCode.NotImplemented, "NotImplemented", "A header or query you provided implies functionality that is not implemented in this sandbox.") { Details = [("Header", what)] };

    /// <summary>The resource has no such method.</summary>
    public static S3Exception MethodNotAllowed(string method) =>
        new(HttpStatusCode.MethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.") { Details = [("Method", method)] };
}
