namespace RedshiftEtl.Sandbox.Copy;

/// <summary>A load has reached the number of errors at which it fails.</summary>
internal sealed class LoadRejectedException : Exception;
