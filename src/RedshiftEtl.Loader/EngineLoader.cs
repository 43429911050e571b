using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace RedshiftEtl.Loader;

/// <summary>
/// Makes the engine findable, in an assembly load context of its own, so that the packages it brings along
/// (Npgsql, the AWS SDK, SQLite …) never meet other versions of themselves in the same PowerShell process.
/// It is a nested module because PowerShell loads those before it reads the types of the root module,
/// and a cmdlet whose parameter is an engine enum cannot be read before the engine can be found.
/// </summary>
/// <remarks>
/// One hook per process answers for one assembly name, whatever the number of runspaces, imports and copies of the module.
/// It stays after Remove-Module: other runspaces may still import the cmdlets, and .NET cannot unload them anyway.
/// </remarks>
public sealed class EngineLoader : IModuleAssemblyInitializer
{
    /// <summary>The one assembly that the cmdlets see of all that lies in <c>engine/</c>.</summary>
    private const string EngineName = "RedshiftEtl.Engine";

    /// <summary>The engine's context. The thread-safe static initialiser is what makes the hook single.</summary>
    private static readonly EngineContext s_engine = Hook();

    /// <summary>Called by PowerShell at every import, before the cmdlets are read.</summary>
    public void OnImport() => s_engine.RequireEngine();

    private static EngineContext Hook()
    {
        var loader = typeof(EngineLoader).Assembly;
        var context = new EngineContext(Path.Combine(Path.GetDirectoryName(loader.Location)!, "engine", EngineName + ".dll"));
        AssemblyLoadContext.Default.Resolving += (_, name) => name.Name == EngineName ? context.LoadEngine() : null;
        return context;
    }

    /// <summary>Holds the engine and its packages; everything it lacks (the runtime itself) comes from the default context.</summary>
    private sealed class EngineContext(string enginePath) : AssemblyLoadContext(EngineName)
    {
        /// <summary>Reads the engine's deps.json, which knows the assets for this platform. Late, because it fails without the engine.</summary>
        private readonly Lazy<AssemblyDependencyResolver> _resolver = new(() => new AssemblyDependencyResolver(enginePath));

        /// <summary>Says plainly that a copied folder is incomplete, where the runtime would only say that an assembly is missing.</summary>
        /// <exception cref="FileNotFoundException">There is no engine beside the loader.</exception>
        public void RequireEngine()
        {
            if (!File.Exists(enginePath))
                throw new FileNotFoundException($"The RedshiftEtl module is incomplete: '{enginePath}' is missing. Install the module again; in a checkout, build it first.", enginePath);
        }

        public Assembly LoadEngine() => LoadFromAssemblyPath(enginePath);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            _resolver.Value.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.Value.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
