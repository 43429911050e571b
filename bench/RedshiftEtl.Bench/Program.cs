using System.Globalization;
using RedshiftEtl.Bench;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Stage;

switch (args)
{
    case ["export", var source, var query, var compression, var folder]:
        await ExportRun.RunAsync(source, query, Enum.Parse<Compression>(compression, ignoreCase: true), folder);
        return 0;
    case ["upload", var serviceUrl, var megabytes, var mode]:
        await UploadRun.RunAsync(serviceUrl, int.Parse(megabytes, CultureInfo.InvariantCulture), Enum.Parse<ChecksumMode>(mode, ignoreCase: true));
        return 0;
    case ["sink"]:
        Sink.Serve();
        return 0;
    default:
        return 1;
}
