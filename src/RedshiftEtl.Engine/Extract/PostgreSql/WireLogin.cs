using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Npgsql;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>Encrypts a connection as its settings ask for and logs in.</summary>
internal static class WireLogin
{
    /// <summary>Begins TLS where the settings want it.</summary>
    /// <exception cref="AuthenticationException">The server has no TLS though it must, or its certificate was refused.</exception>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5359:Do Not Disable Certificate Validation", Justification = "Prefer and Require encrypt without verifying, as Npgsql and libpq define them; VerifyCA and VerifyFull verify.")]
    public static void Encrypt(WireConnection connection, WireSettings settings, string host)
    {
        if (settings.SslMode == SslMode.Disable || connection.IsLocal)
        {
            return;
        }

        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            RemoteCertificateValidationCallback = settings.SslMode switch
            {
                SslMode.VerifyFull => (_, certificate, chain, errors) => IsTrusted(settings, certificate, chain, errors),
                SslMode.VerifyCA => (_, certificate, chain, errors) => IsTrusted(settings, certificate, chain, errors & ~SslPolicyErrors.RemoteCertificateNameMismatch),
                _ => (_, _, _, _) => true,
            },
        };
        if (settings.ClientCertificate is { } file)
        {
            using X509Certificate2 pem = settings.ClientKeyPassword is { } password
                ? X509Certificate2.CreateFromEncryptedPemFile(file, password, settings.ClientKey)
                : X509Certificate2.CreateFromPemFile(file, settings.ClientKey);
            // Windows uses a key only when it came from a PKCS#12 store.
#pragma warning disable SYSLIB0057 // The loader that replaces it exists from .NET 9; the engine runs on .NET 8.
            options.ClientCertificates = [new X509Certificate2(pem.Export(X509ContentType.Pkcs12))];
#pragma warning restore SYSLIB0057
        }

        if (!connection.TryEncrypt(options) && settings.SslMode is not (SslMode.Prefer or SslMode.Allow))
        {
            throw new AuthenticationException($"SslMode is {settings.SslMode}, but the server has no TLS.");
        }
    }

    /// <summary>Sends the startup message and answers what the server asks, until it says that the user is in.</summary>
    /// <exception cref="ServerError">The server refused the user, the password or the database.</exception>
    /// <exception cref="EtlException"><see cref="Fault.LoginFailed"/>: no password, or a way to log in that is not supported.</exception>
    public static void LogIn(WireConnection connection, WireSettings settings, string host, int port)
    {
        const int Version3 = 196608;
        WireWriter startup = new WireWriter().Int32(Version3);
        foreach ((string name, string value) in settings.StartupParameters)
        {
            startup.Text(name).Text(value);
        }

        connection.Send(startup.Bytes([0]));
        Scram? scram = null;
        while (true)
        {
            char type = connection.ReadHeader(out int length);
            ReadOnlySpan<byte> body = connection.ReadBody(length);
            switch (type)
            {
                case 'E':
                    throw ServerError.Read(body);
                case 'R':
                    int method = BinaryPrimitives.ReadInt32BigEndian(body);
                    if (method == 0)
                    {
                        return;
                    }

                    Answer(method, body[4..], ref scram);
                    break;
                case 'N' or 'v':
                    break;
                default:
                    throw new InvalidDataException("What the server sent is not PostgreSQL's protocol.");
            }
        }

        void Answer(int method, ReadOnlySpan<byte> data, ref Scram? scram)
        {
            switch (method)
            {
                case 3:
                    connection.Send(new WireWriter('p').Text(Password()));
                    break;
                case 5:
                    connection.Send(new WireWriter('p').Text(Md5(settings.Username, Password(), data)));
                    break;
                case 10 when Encoding.UTF8.GetString(data).Split('\0').Contains("SCRAM-SHA-256"):
                    scram = new Scram(Password());
                    byte[] first = Encoding.UTF8.GetBytes(scram.First);
                    connection.Send(new WireWriter('p').Text("SCRAM-SHA-256").Int32(first.Length).Bytes(first));
                    break;
                case 11 when scram is not null:
                    connection.Send(new WireWriter('p').Bytes(Encoding.UTF8.GetBytes(scram.Final(Encoding.UTF8.GetString(data)))));
                    break;
                case 12 when scram is not null:
                    scram.Verify(Encoding.UTF8.GetString(data));
                    break;
                default:
                    throw new EtlException(Fault.LoginFailed,
                        $"PostgreSQL '{settings.Connection.Name}' ({settings.Connection.Target}) asks for a way to log in that is not supported ({(method is 7 or 9 ? "Kerberos" : method)}).",
                        settings.Connection.Name, null, "Let pg_hba.conf ask this user for scram-sha-256, md5, password, cert or trust.");
            }
        }

        string Password() => settings.FindPassword(host, port) ?? throw new EtlException(Fault.LoginFailed,
            $"PostgreSQL '{settings.Connection.Name}' ({settings.Connection.Target}) asks for a password, and the connection has none.", settings.Connection.Name);
    }

    /// <summary>Whether the server's certificate leads to an authority that the settings or the machine trust.</summary>
    private static bool IsTrusted(WireSettings settings, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (settings.RootCertificate is not { } file)
        {
            return errors == SslPolicyErrors.None;
        }

        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None || certificate is null || chain is null)
        {
            return false;
        }

        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(file);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ExtraStore.AddRange(roots);
        return chain.Build((X509Certificate2)certificate);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "PostgreSQL's md5 logins are defined so.")]
    private static string Md5(string user, string password, ReadOnlySpan<byte> salt)
    {
        string inner = Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(password + user))).ToLowerInvariant();
        return $"md5{Convert.ToHexString(MD5.HashData([.. Encoding.UTF8.GetBytes(inner), .. salt])).ToLowerInvariant()}";
    }
}
