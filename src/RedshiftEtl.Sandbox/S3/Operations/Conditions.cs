using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>Conditional requests.</summary>
internal static class Conditions
{
    /// <summary>Looks at a read's conditions.</summary>
    /// <param name="header">Gives a condition's header by name, for example If-Match.</param>
    /// <param name="stored">The object.</param>
    /// <returns>False when the object is as the client has it already.</returns>
    /// <exception cref="S3Exception">A condition doesn't hold.</exception>
    public static bool Read(Func<string, string?> header, StoredObject stored)
    {
        if (header("If-Match") is { } match)
        {
            if (!Matches(match, stored)) throw S3Exception.PreconditionFailed("If-Match");
        }
        else if (Time(header("If-Unmodified-Since")) is { } unmodified && Seconds(stored.LastModified) > unmodified)
        {
            throw S3Exception.PreconditionFailed("If-Unmodified-Since");
        }
        if (header("If-None-Match") is { } none) return !Matches(none, stored);
        return Time(header("If-Modified-Since")) is not { } modified || Seconds(stored.LastModified) > modified;
    }

    /// <summary>The check of a write's conditions against the object that is there, or null if it has none.</summary>
    /// <exception cref="S3Exception">A condition that S3 doesn't know.</exception>
    public static Action<StoredObject?>? Write(S3Request request)
    {
        string? none = request.Header("If-None-Match");
        string? match = request.Header("If-Match");
        if (none is not (null or "*")) throw S3Exception.NotImplemented("If-None-Match");
        if (none is null && match is null) return null;
        return there =>
        {
            if (none is not null && there is not null) throw S3Exception.PreconditionFailed("If-None-Match");
            if (match is null) return;
            if (there is null) throw S3Exception.NoSuchKey(request.Key);
            if (!Matches(match, there)) throw S3Exception.PreconditionFailed("If-Match");
        };
    }

    private static bool Matches(string list, StoredObject stored) =>
        list.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag == "*" || tag.Trim('"') == stored.ETag.Trim('"'));

    private static DateTimeOffset? Time(string? value) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    /// <summary>HTTP's times have whole seconds.</summary>
    private static DateTimeOffset Seconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}
