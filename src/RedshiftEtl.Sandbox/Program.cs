using RedshiftEtl.Sandbox.Postgres;

if (args is ["guard", ..]) return await GuardMode.RunAsync(args);
return 0;
