namespace RedshiftEtl.Sandbox.Copy.Records;

/// <summary>How a field's bytes are to be taken.</summary>
[Flags]
internal enum FieldForm
{
    /// <summary>As they are.</summary>
    Plain = 0,

    /// <summary>They stood in quotes.</summary>
    Quoted = 1,

    /// <summary>Pairs (a doubled quote; a backslash and its character) must be undone.</summary>
    Paired = 2,
}

/// <summary>Where a field lies in its record.</summary>
/// <param name="Start">First byte, counted from the record's begin; quotes excluded.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Form">How to take them.</param>
internal readonly record struct Field(int Start, int Length, FieldForm Form);
