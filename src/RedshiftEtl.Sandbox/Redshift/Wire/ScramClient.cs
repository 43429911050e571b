using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RedshiftEtl.Sandbox.Redshift.Wire;

/// <summary>The client's half of SCRAM-SHA-256 (RFC 7677), for a private server that wants it.</summary>
internal sealed class ScramClient(string password)
{
    private readonly string _nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
    private string _serverSignature = "";

    /// <summary>The client-first-message.</summary>
    public string First() => "n,," + FirstBare();

    /// <summary>The client-final-message that answers the server-first-message.</summary>
    public string Final(string serverFirst)
    {
        var fields = serverFirst.Split(',').ToDictionary(field => field[0], field => field[2..]);
        if (!fields['r'].StartsWith(_nonce, StringComparison.Ordinal)) throw new ProtocolException("SCRAM nonce mismatch");
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), Convert.FromBase64String(fields['s']),
            int.Parse(fields['i'], CultureInfo.InvariantCulture), HashAlgorithmName.SHA256, 32);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        string withoutProof = "c=biws,r=" + fields['r'];
        byte[] auth = Encoding.UTF8.GetBytes($"{FirstBare()},{serverFirst},{withoutProof}");
        byte[] proof = HMACSHA256.HashData(SHA256.HashData(clientKey), auth);
        for (int i = 0; i < proof.Length; i++) proof[i] ^= clientKey[i];
        _serverSignature = Convert.ToBase64String(HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), auth));
        return $"{withoutProof},p={Convert.ToBase64String(proof)}";
    }

    /// <summary>Whether the server-final-message proves that the server knows the password.</summary>
    public bool Verify(string serverFinal) => serverFinal.Split(',')[0] == "v=" + _serverSignature;

    private string FirstBare() => "n=,r=" + _nonce;
}
