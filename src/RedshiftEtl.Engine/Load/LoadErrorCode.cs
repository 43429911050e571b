namespace RedshiftEtl.Engine.Load;

/// <summary>What to do about COPY's error codes (fact sheet 6).</summary>
internal static class LoadErrorCode
{
    private static readonly Dictionary<int, string> s_advice = new()
    {
        [1201] = "a field's end was not found: the part is cut off or not the CSV that was written",
        [1202] = "the row has more fields than the table's columns",
        [1203] = "the row has fewer fields than the table's columns",
        [1204] = "the value is too long or too large for the column: widen it (VARCHAR counts bytes, not characters) or convert in the query",
        [1205] = "no date that Redshift reads: give it as yyyy-MM-dd",
        [1206] = "no timestamp that Redshift reads: give it as yyyy-MM-dd HH:mm:ss",
        [1207] = "not all digits: the column is a number, the value is not",
        [1208] = "no floating-point number",
        [1209] = "no decimal number, or more digits than the column has",
        [1210] = "no boolean: give true, false, 1 or 0",
        [1211] = "the line is empty",
        [1212] = "the part is not there (any more)",
        [1213] = "NULL in a NOT NULL column: let the query leave such rows out or give a value, or drop NOT NULL",
        [1214] = "a delimiter was not found: the part is cut off or not the CSV that was written",
        [1215] = "the value does not fit a CHAR column: CHAR holds ASCII only, so make it VARCHAR",
        [1216] = "the line is no valid input",
        [1217] = "no value for an IDENTITY column",
        [1218] = "a NUL character in the value",
        [1219] = "broken UTF-8: an invalid hexadecimal digit",
        [1220] = "broken UTF-8: convert the text at the source",
        [1221] = "the part's encoding is not the one that COPY was told",
        [1222] = "the number is too large for the column: make it BIGINT or DECIMAL",
        [1223] = "the column's type cannot be loaded by COPY",
        [1224] = "no valid JSON for a SUPER column",
    };

    /// <summary>What the code means for the user; null for one that is not known.</summary>
    public static string? Advice(int code) => s_advice.GetValueOrDefault(code);
}
