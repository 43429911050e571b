namespace RedshiftEtl.Engine.Extract;

/// <summary>What a field of a server's own CSV is checked for: values of its type that Redshift cannot hold (fact sheet 1.7).</summary>
internal enum FieldRule : byte
{
    /// <summary>Every value of the type is fine.</summary>
    None,

    /// <summary>NaN and infinity are not.</summary>
    Number,

    /// <summary>NaN and infinity are not, nor more digits than DECIMAL(38,10) holds, on either side of the point.</summary>
    Decimal,

    /// <summary>Infinity, years before 1 and years after 9999 are not; in dates and timestamps.</summary>
    Date,

    /// <summary>24:00 is not.</summary>
    Time,

    /// <summary>No bytes at all are not: COPY takes an empty field for NULL when it is not text (fact sheet 1.5 rule 2).</summary>
    Binary,

    /// <summary>The NULL marker is not, nor what is over 65,535 bytes.</summary>
    Text,
}
