using System.Collections.Concurrent;
using System.Data.Common;
using System.Reflection;
using System.Runtime.Loader;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>Loads a provider that the user has, with all that lies beside it, into a context of its own: its packages never meet the engine's versions of them.</summary>
internal static class ProviderLoader
{
    private static readonly ConcurrentDictionary<string, Lazy<ProviderContext>> s_contexts = new(StringComparer.Ordinal);

    /// <summary>The provider's factory: the static <c>Instance</c> that factories have, else a new one.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DefinitionInvalid"/>: no such file or type, or the type is no factory.</exception>
    public static DbProviderFactory Load(AdoNetConnection connection)
    {
        if (!File.Exists(connection.Assembly))
        {
            throw Invalid(connection, $"the assembly '{connection.Assembly}' does not exist");
        }

        try
        {
            // A file is loaded once in a process: .NET cannot unload what providers keep.
            ProviderContext context = s_contexts.GetOrAdd(connection.Assembly, file => new Lazy<ProviderContext>(() => new ProviderContext(file))).Value;
            Type type = context.Provider.GetType(connection.Factory, throwOnError: false, ignoreCase: true)
                ?? throw Invalid(connection, $"the assembly '{connection.Assembly}' has no type '{connection.Factory}'{Near(context.Provider, connection.Factory)}");
            object? instance = type.GetField("Instance", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)
                ?? type.GetProperty("Instance", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)
                ?? (type.GetConstructor(Type.EmptyTypes) is { } constructor ? constructor.Invoke(null) : null);
            return instance as DbProviderFactory ?? throw Invalid(connection, $"'{connection.Factory}' is not a DbProviderFactory");
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException or TargetInvocationException or TypeInitializationException)
        {
            Exception cause = e is TargetInvocationException or TypeInitializationException && e.InnerException is { } inner ? inner : e;
            throw Invalid(connection, $"the provider cannot be loaded: {cause.Message}", cause);
        }
    }

    private static EtlException Invalid(AdoNetConnection connection, string what, Exception? cause = null) => new(
        Fault.DefinitionInvalid, $"Connection '{connection.Name}': {what}.", connection.Name, cause,
        "Assembly is the provider's .dll, built for .NET and with its own packages beside it; Factory is the full name of its DbProviderFactory.");

    /// <summary>Names the factories that are there.</summary>
    private static string Near(Assembly provider, string factory)
    {
        string[] names = provider.GetExportedTypes().Where(type => type.IsAssignableTo(typeof(DbProviderFactory))).Select(type => type.FullName!).ToArray();
        return names.Length == 1 ? $". Did you mean '{names[0]}'?" : NearestName.Hint(factory, names);
    }

    /// <summary>Finds what the provider needs by its deps.json, or else beside it; then in the engine's own context.</summary>
    private sealed class ProviderContext : AssemblyLoadContext
    {
        private readonly AssemblyDependencyResolver _resolver;

        public ProviderContext(string file)
            : base($"RedshiftEtl.Provider {Path.GetFileNameWithoutExtension(file)}")
        {
            _resolver = new AssemblyDependencyResolver(file);
            Provider = LoadFromAssemblyPath(file);
        }

        /// <summary>The provider's assembly.</summary>
        public Assembly Provider { get; }

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (_resolver.ResolveAssemblyToPath(assemblyName) is { } path)
            {
                return LoadFromAssemblyPath(path);
            }

            // What neither the provider brings nor the runtime has, such as a package of its own that the engine happens to have.
            AssemblyLoadContext engine = GetLoadContext(typeof(ProviderLoader).Assembly)!;
            try
            {
                return engine == Default ? null : engine.LoadFromAssemblyName(assemblyName);
            }
            catch (FileNotFoundException)
            {
                return null;
            }
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
