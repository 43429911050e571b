using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Xml.Linq;
using RedshiftEtl.Sandbox.Faults;
using RedshiftEtl.Sandbox.S3.Bodies;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>CompleteMultipartUpload.</summary>
internal sealed class MultipartCompletion(ObjectStore store, UploadStore uploads, BodyReceiver receiver)
{
    private const long SmallestPart = 5 * 1024 * 1024;
    private const int BufferSize = 1024 * 1024;

    /// <summary>Makes an object of the parts that the request lists.</summary>
    public async Task CompleteAsync(S3Request request, S3Fault? fault, CancellationToken cancel)
    {
        Upload upload = uploads.Find(request.Parameter("uploadId") ?? "", request.Bucket, request.Key);
        Action<StoredObject?>? check = Conditions.Write(request);
        List<UploadPart> parts;
        // The checksum headers of this request are the object's, not those of the list of parts.
        StoredChecksum? expected = ObjectChecksum(request);
        using (ReceivedBody body = await receiver.ReceiveAsync(request, fault, "crc32", cancel, verifyChecksum: false))
            parts = Choose(upload, S3Xml.Read(body.File, "CompleteMultipartUpload"));
        CheckSize(request, parts);
        check?.Invoke(store.Find(request.Bucket, request.Key));

        string file = store.NewIncomingFile();
        try
        {
            StoredChecksum full = await JoinAsync(upload, parts, file, cancel);
            StoredChecksum checksum = upload.ChecksumType == StoredChecksum.Composite ? Composite(upload, parts) : full;
            if (expected is not null && expected.Algorithm == checksum.Algorithm && expected.Value.Split('-')[0] != checksum.Value.Split('-')[0])
                throw S3Exception.BadDigest(expected.Algorithm.ToUpperInvariant());
            StoredAttributes attributes = upload.Attributes with { Checksum = checksum, Parts = [.. parts.Select(p => p.Length)] };
            StoredObject stored = store.Put(upload.Bucket, upload.Key, file, ETag(parts), attributes, there =>
            {
                check?.Invoke(there);
                if (!uploads.Remove(upload)) throw S3Exception.NoSuchUpload(upload.Id);
            });
            ObjectHeaders.SendEncryption(request.Http.Response, attributes);
            await S3Xml.WriteAsync(request.Http.Response, S3Xml.Element("CompleteMultipartUploadResult",
                S3Xml.Element("Location", $"http://{request.Http.Request.Host}{request.RawPath}"),
                S3Xml.Element("Bucket", stored.Bucket), S3Xml.Element("Key", stored.Key), S3Xml.Element("ETag", stored.ETag),
                MultipartUploads.ChecksumElement(checksum), S3Xml.Element("ChecksumType", checksum.Type)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The uploaded parts that the document lists, in its order.</summary>
    private List<UploadPart> Choose(Upload upload, XElement document)
    {
        IReadOnlyDictionary<int, UploadPart> there = uploads.Parts(upload);
        var chosen = new List<UploadPart>();
        foreach (XElement listed in document.Children("Part"))
        {
            if (!int.TryParse(listed.Child("PartNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || listed.Child("ETag") is not { } etag)
                throw S3Exception.MalformedXml();
            if (chosen.Count > 0 && number <= chosen[^1].Number)
                throw new S3Exception(HttpStatusCode.BadRequest, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.");
            if (!there.TryGetValue(number, out UploadPart? part) || etag.Trim().Trim('"') != part.Md5 || !ChecksumFits(upload, listed, part))
            {
                throw new S3Exception(HttpStatusCode.BadRequest, "InvalidPart",
                    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
                {
                    Details = [("UploadId", upload.Id), ("PartNumber", number.ToString(CultureInfo.InvariantCulture)), ("ETag", etag)],
                };
            }
            chosen.Add(part);
        }
        if (chosen.Count == 0) throw S3Exception.MalformedXml();
        if (chosen.SkipLast(1).FirstOrDefault(p => p.Length < SmallestPart) is { } small)
        {
            throw new S3Exception(HttpStatusCode.BadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
            {
                Details =
                [
                    ("ETag", small.Md5), ("MinSizeAllowed", SmallestPart.ToString(CultureInfo.InvariantCulture)),
                    ("ProposedSize", small.Length.ToString(CultureInfo.InvariantCulture)), ("PartNumber", small.Number.ToString(CultureInfo.InvariantCulture)),
                ],
            };
        }
        return chosen;
    }

    private static bool ChecksumFits(Upload upload, XElement listed, UploadPart part)
    {
        string? given = listed.Child("Checksum" + part.Checksum.Algorithm.ToUpperInvariant());
        if (given is null && upload is { Algorithm: { } algorithm, ChecksumType: StoredChecksum.Composite })
        {
            throw S3Exception.InvalidRequest($"The upload was created using a {algorithm} checksum. The complete request must include the checksum for each part. "
                + string.Create(CultureInfo.InvariantCulture, $"It was missing for part {part.Number} in the request."));
        }
        return given is null || given == part.Checksum.Value;
    }

    private static void CheckSize(S3Request request, List<UploadPart> parts)
    {
        string? size = request.Header("x-amz-mp-object-size");
        if (size is not null && size != parts.Sum(p => p.Length).ToString(CultureInfo.InvariantCulture))
            throw S3Exception.InvalidRequest("The provided 'x-amz-mp-object-size' header does not match what was computed.");
    }

    private static StoredChecksum? ObjectChecksum(S3Request request)
    {
        string? algorithm = Checksum.Algorithms.FirstOrDefault(a => request.Header("x-amz-checksum-" + a) is not null);
        return algorithm is null ? null : new StoredChecksum(algorithm, request.Header("x-amz-checksum-" + algorithm)!);
    }

    /// <summary>Writes the parts one behind the other, and takes the whole's checksum on the way.</summary>
    private async Task<StoredChecksum> JoinAsync(Upload upload, List<UploadPart> parts, string file, CancellationToken cancel)
    {
        string algorithm = upload.ChecksumType == StoredChecksum.FullObject ? upload.Algorithm ?? "crc64nvme" : "crc64nvme";
        using Checksum checksum = Checksum.Start(algorithm);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var target = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            foreach (UploadPart part in parts)
            {
                await using FileStream source = OpenPart(upload, part);
                for (int count = source.Read(buffer, 0, BufferSize); count > 0; count = source.Read(buffer, 0, BufferSize))
                {
                    cancel.ThrowIfCancellationRequested();
                    if (upload.ChecksumType == StoredChecksum.FullObject) checksum.Append(buffer.AsSpan(0, count));
                    target.Write(buffer, 0, count);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return new StoredChecksum(algorithm, Convert.ToBase64String(checksum.Finish()));
    }

    private FileStream OpenPart(Upload upload, UploadPart part)
    {
        try
        {
            return new FileStream(uploads.PathOf(upload, part), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw S3Exception.NoSuchUpload(upload.Id); // aborted, or the part replaced, meanwhile
        }
    }

    private static string ETag(List<UploadPart> parts)
    {
        byte[] all = [.. parts.SelectMany(p => Convert.FromHexString(p.Md5))];
        return string.Create(CultureInfo.InvariantCulture, $"\"{Convert.ToHexStringLower(Md5(all))}-{parts.Count}\"");
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "S3's entity tags are MD5.")]
    private static byte[] Md5(byte[] bytes) => MD5.HashData(bytes);

    private static StoredChecksum Composite(Upload upload, List<UploadPart> parts)
    {
        using Checksum checksum = Checksum.Start(upload.Algorithm!);
        foreach (UploadPart part in parts) checksum.Append(Convert.FromBase64String(part.Checksum.Value));
        return new StoredChecksum(upload.Algorithm!, string.Create(CultureInfo.InvariantCulture, $"{Convert.ToBase64String(checksum.Finish())}-{parts.Count}"), StoredChecksum.Composite);
    }
}
