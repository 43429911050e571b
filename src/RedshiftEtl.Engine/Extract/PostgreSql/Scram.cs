using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>The client's side of SCRAM-SHA-256 (RFC 5802 and 7677), without channel binding.</summary>
internal sealed class Scram(string password)
{
    private readonly string _nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
    private byte[] _serverSignature = [];

    /// <summary>The first message. PostgreSQL takes the user from the startup message.</summary>
    public string First => $"n,,{FirstBare}";

    private string FirstBare => $"n=,r={_nonce}";

    /// <summary>The answer to the server's first message.</summary>
    /// <exception cref="InvalidDataException">The server does not follow the protocol.</exception>
    public string Final(string serverFirst)
    {
        Dictionary<char, string> fields = Parse(serverFirst);
        if (!fields.TryGetValue('r', out string? nonce) || !nonce.StartsWith(_nonce, StringComparison.Ordinal)
            || !fields.TryGetValue('s', out string? salt)
            || !fields.TryGetValue('i', out string? count)
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations) || iterations < 1)
        {
            throw new InvalidDataException("The server's SCRAM message is not valid.");
        }

        string withoutProof = $"c=biws,r={nonce}";
        byte[] message = Encoding.UTF8.GetBytes($"{FirstBare},{serverFirst},{withoutProof}");
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(
            password.Normalize(NormalizationForm.FormKC), Convert.FromBase64String(salt), iterations, HashAlgorithmName.SHA256, 32);
        byte[] proof = HMACSHA256.HashData(salted, "Client Key"u8);
        byte[] signature = HMACSHA256.HashData(SHA256.HashData(proof), message);
        for (int i = 0; i < proof.Length; i++)
        {
            proof[i] ^= signature[i];
        }

        _serverSignature = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), message);
        return $"{withoutProof},p={Convert.ToBase64String(proof)}";
    }

    /// <summary>Checks that the server knows the password too.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public void Verify(string serverFinal)
    {
        if (!Parse(serverFinal).TryGetValue('v', out string? signature)
            || !CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(signature), _serverSignature))
        {
            throw new InvalidDataException("The server could not prove that it knows the password.");
        }
    }

    private static Dictionary<char, string> Parse(string message) => message
        .Split(',')
        .Where(field => field.Length > 2 && field[1] == '=')
        .GroupBy(field => field[0])
        .ToDictionary(group => group.Key, group => group.First()[2..]);
}
