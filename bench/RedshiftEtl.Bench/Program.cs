using System.Globalization;
using RedshiftEtl.Bench;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Stage;

const int Rounds = 5;

switch (args)
{
    case ["export", var source, var query, var compression, var folder, .. var parts]:
        await ExportRun.RunAsync(source, query, Enum.Parse<Compression>(compression, ignoreCase: true), folder, parts is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 4);
        return 0;
    case ["csvhelper", var source, var query, var file]:
        CsvHelperRun.Run(source, query, file);
        return 0;
    case ["objects", var source, var query, var file]:
        ObjectsRun.Run(source, query, file);
        return 0;
    case ["module"]:
        Console.WriteLine(ModuleRun.Run(Rounds));
        return 0;
    case ["module", var manifest]:
        ModuleRun.Measure(manifest);
        return 0;
    case ["micro"]:
        Console.WriteLine(MicroRun.Run());
        return 0;
    case ["upload", var serviceUrl, var megabytes, var mode]:
        await UploadRun.RunAsync(serviceUrl, int.Parse(megabytes, CultureInfo.InvariantCulture), Enum.Parse<ChecksumMode>(mode, ignoreCase: true));
        return 0;
    case ["sandbox", .. var rows]:
        using (var sandbox = new SandboxRun())
        {
            Console.WriteLine(await sandbox.RunAsync(Rounds, rows is [var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 3_000_000));
        }

        return 0;
    case ["sink"]:
        Sink.Serve();
        return 0;
    default:
        double[] millions = args.Length > 0 ? args.Select(argument => double.Parse(argument, CultureInfo.InvariantCulture)).ToArray() : [1, 3, 10];
        using (var suite = new Suite(Rounds))
        {
            Readme.Write(suite.Run(millions));
        }

        return 0;
}
