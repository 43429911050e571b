using RedshiftEtl.Sandbox;
using RedshiftEtl.Sandbox.Postgres;

if (args is ["guard", ..]) return await GuardMode.RunAsync(args);
using var stop = new CancellationTokenSource();
return await SandboxLifetime.RunAsync(args, new SandboxWiring(stop.Cancel).Parts, Console.In, Console.Out, Console.Error, stop.Token);
