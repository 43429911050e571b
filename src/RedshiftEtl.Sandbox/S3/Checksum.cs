using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RedshiftEtl.Sandbox.S3;

/// <summary>A running checksum of one of the kinds that S3 verifies.</summary>
internal abstract class Checksum : IDisposable
{
    /// <summary>The names of the kinds, as in a header's name.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];

    /// <summary>Adds bytes.</summary>
    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>The checksum's bytes, most significant first; the checksum can't go on after it.</summary>
    public abstract byte[] Finish();

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>Starts a checksum of the named kind.</summary>
    /// <param name="algorithm">One of <see cref="Algorithms"/>, in any case.</param>
    /// <exception cref="S3Exception">There is no such kind.</exception>
    public static Checksum Start(string algorithm) => algorithm.ToUpperInvariant() switch
    {
        "CRC32" => new ByHashing(new Crc32()),
        "CRC32C" => new Crc32C(),
        "CRC64NVME" => new Crc64Nvme(),
        "SHA1" => new ByCryptography(HashAlgorithmName.SHA1),
        "SHA256" => new ByCryptography(HashAlgorithmName.SHA256),
        _ => throw S3Exception.InvalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"),
    };

    private sealed class ByHashing(NonCryptographicHashAlgorithm hash) : Checksum
    {
        public override void Append(ReadOnlySpan<byte> bytes) => hash.Append(bytes);

        public override byte[] Finish()
        {
            byte[] value = hash.GetCurrentHash();
            value.AsSpan().Reverse(); // the library's order is least significant first
            return value;
        }
    }

    private sealed class ByCryptography(HashAlgorithmName name) : Checksum
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(name);

        public override void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

        public override byte[] Finish() => _hash.GetHashAndReset();

        public override void Dispose()
        {
            _hash.Dispose();
            base.Dispose();
        }
    }

    private sealed class Crc32C : Checksum
    {
        private uint _crc = uint.MaxValue;

        public override void Append(ReadOnlySpan<byte> bytes)
        {
            uint crc = _crc;
            foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
                crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
            foreach (byte rest in bytes[(bytes.Length & ~7)..]) crc = BitOperations.Crc32C(crc, rest);
            _crc = crc;
        }

        public override byte[] Finish()
        {
            byte[] value = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(value, ~_crc);
            return value;
        }
    }

    /// <summary>CRC-64/NVME (polynomial AD93D23594C93659, reflected), eight bytes a step.</summary>
    private sealed class Crc64Nvme : Checksum
    {
        private const ulong Polynomial = 0x9A6C9329AC4BC9B5; // bits reversed
        private static readonly ulong[] s_tables = MakeTables();
        private ulong _crc = ulong.MaxValue;

        public override void Append(ReadOnlySpan<byte> bytes)
        {
            ulong[] t = s_tables;
            ulong crc = _crc;
            while (bytes.Length >= 8)
            {
                ulong x = crc ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);
                crc = t[1792 + (int)(x & 255)] ^ t[1536 + (int)(x >> 8 & 255)] ^ t[1280 + (int)(x >> 16 & 255)] ^ t[1024 + (int)(x >> 24 & 255)]
                    ^ t[768 + (int)(x >> 32 & 255)] ^ t[512 + (int)(x >> 40 & 255)] ^ t[256 + (int)(x >> 48 & 255)] ^ t[(int)(x >> 56)];
                bytes = bytes[8..];
            }
            foreach (byte rest in bytes) crc = crc >> 8 ^ t[(int)((crc ^ rest) & 255)];
            _crc = crc;
        }

        public override byte[] Finish()
        {
            byte[] value = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(value, ~_crc);
            return value;
        }

        private static ulong[] MakeTables()
        {
            ulong[] tables = new ulong[8 * 256];
            for (int i = 0; i < 256; i++)
            {
                ulong crc = (ulong)i;
                for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ Polynomial;
                tables[i] = crc;
            }
            for (int i = 256; i < tables.Length; i++) tables[i] = tables[i - 256] >> 8 ^ tables[tables[i - 256] & 255];
            return tables;
        }
    }
}
