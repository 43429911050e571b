namespace RedshiftEtl.Sandbox.Copy.Input;

/// <summary>A data file that can't be decompressed or decoded: the whole load fails, whatever MAXERROR says.</summary>
internal sealed class CorruptFileException(string message, Exception? inner = null) : Exception(message, inner);
