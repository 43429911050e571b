namespace RedshiftEtl.Engine.Plan;

/// <summary>Makes the ids of runs.</summary>
public static class RunId
{
    /// <summary>A new id: 16 hexadecimal digits, random, so that no two runs anywhere share S3 keys.</summary>
    public static string New() => System.Security.Cryptography.RandomNumberGenerator.GetHexString(16, lowercase: true);
}
