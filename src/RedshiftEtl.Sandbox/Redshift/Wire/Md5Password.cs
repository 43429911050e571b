using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace RedshiftEtl.Sandbox.Redshift.Wire;

/// <summary>PostgreSQL's MD5 password scheme, Redshift's default (redshift-facts 8.1).</summary>
[SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The protocol prescribes MD5.")]
internal static class Md5Password
{
    /// <summary>What pg_shadow keeps: "md5" and the hash of password and user name.</summary>
    public static string Stored(string user, string password) => "md5" + Hash(Encoding.UTF8.GetBytes(password + user));

    /// <summary>What a client that knows the stored hash answers to the salt.</summary>
    public static string Answer(string stored, ReadOnlySpan<byte> salt)
    {
        var input = new byte[32 + salt.Length];
        Encoding.ASCII.GetBytes(stored.AsSpan(3), input);
        salt.CopyTo(input.AsSpan(32));
        return "md5" + Hash(input);
    }

    /// <summary>Whether the client's answer fits, compared in constant time.</summary>
    public static bool Verify(string stored, ReadOnlySpan<byte> salt, string answer) =>
        stored.Length == 35 && stored.StartsWith("md5", StringComparison.Ordinal)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Answer(stored, salt)), Encoding.UTF8.GetBytes(answer));

    private static string Hash(ReadOnlySpan<byte> input) => Convert.ToHexStringLower(MD5.HashData(input));
}
