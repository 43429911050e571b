using RedshiftEtl.Bench;
using RedshiftEtl.Engine.Stage;

await ExportRun.RunAsync(args[1], args[2], Enum.Parse<Compression>(args[3], ignoreCase: true), args[4]);
