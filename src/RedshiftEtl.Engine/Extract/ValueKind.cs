namespace RedshiftEtl.Engine.Extract;

/// <summary>What can be wrong with a value that a source holds and Redshift cannot (fact sheet 1.6, 1.7 and 7.2).</summary>
public enum ValueKind
{
    /// <summary>NaN in a number.</summary>
    NaN,

    /// <summary>Infinity in a number.</summary>
    Infinity,

    /// <summary>A date with a zero in it, as MySQL has them: 0000-00-00.</summary>
    ZeroDate,

    /// <summary>A date or timestamp outside of the years 1 to 9999, infinity among them.</summary>
    Year,

    /// <summary>A time of day of 24:00 or more, or below 00:00.</summary>
    Time,

    /// <summary>A seventh decimal of a second.</summary>
    Fraction,

    /// <summary>More digits than DECIMAL holds, or than there is room for before the point.</summary>
    Digits,

    /// <summary>More decimals than the column's Redshift type has.</summary>
    Scale,

    /// <summary>A text of more than 65,535 bytes.</summary>
    Length,

    /// <summary>A NUL character in a text.</summary>
    Nul,

    /// <summary>Bytes that are no UTF-8, or half a surrogate pair.</summary>
    Encoding,

    /// <summary>An empty value in a column that isn't a text, which COPY would load as NULL.</summary>
    Empty,
}

/// <summary>What is done about such a value.</summary>
public enum ValueAction
{
    /// <summary>The extract fails and names column, row and value.</summary>
    Fail,

    /// <summary>NULL is written.</summary>
    Null,

    /// <summary>The nearest value that Redshift holds is written; U+FFFD for characters.</summary>
    Replace,

    /// <summary>What is too much is cut off.</summary>
    Truncate,

    /// <summary>It is rounded, half away from zero.</summary>
    Round,
}
