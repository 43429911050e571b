using RedshiftEtl.Sandbox;
using RedshiftEtl.Sandbox.Postgres;

if (args is ["guard", ..])
{
    return await GuardMode.RunAsync(args);
}

using var stopped = new CancellationTokenSource();
return await SandboxLifetime.RunAsync(args, SandboxComposition.Make(stopped.Cancel), Console.In, Console.Out, Console.Error, stopped.Token);
