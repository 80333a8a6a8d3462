using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeRunner.Trust.Encryption;

/// <summary>The key derivation of <c>ECDH-ES</c> in JOSE (RFC 7518, 4.6.2): Concat KDF of NIST SP 800-56A with SHA-256.</summary>
internal static class ConcatKdf
{
    /// <summary>Derives a key.</summary>
    /// <param name="secret">The raw shared secret Z.</param>
    /// <param name="algorithm">AlgorithmID: <c>alg</c> with key wrap, <c>enc</c> without.</param>
    /// <param name="partyU">Decoded <c>apu</c>; mostly empty.</param>
    /// <param name="partyV">Decoded <c>apv</c>; mostly empty.</param>
    /// <param name="keyBytes">1 to 32: one round.</param>
    /// <returns>For the caller to wipe.</returns>
    internal static byte[] Derive(ReadOnlySpan<byte> secret, string algorithm, ReadOnlySpan<byte> partyU, ReadOnlySpan<byte> partyV, int keyBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keyBytes, SHA256.HashSizeInBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendNumber(hash, 1); // the round
        hash.AppendData(secret);
        AppendSized(hash, Encoding.ASCII.GetBytes(algorithm));
        AppendSized(hash, partyU);
        AppendSized(hash, partyV);
        AppendNumber(hash, keyBytes * 8);
        var whole = hash.GetHashAndReset();
        if (keyBytes == whole.Length) return whole;
        var key = whole[..keyBytes];
        CryptographicOperations.ZeroMemory(whole);
        return key;
    }

    private static void AppendSized(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        AppendNumber(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void AppendNumber(IncrementalHash hash, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
