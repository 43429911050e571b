namespace RedshiftEtl.Sandbox.Postgres;

/// <summary>The private PostgreSQL can't be found or started; the message says why and what to do.</summary>
internal sealed class PostgresException(string message, Exception? inner = null) : Exception(message, inner);
