using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace EdgeRunner.Trust.Encryption;

/// <summary>AES key wrap, RFC 3394: the <c>A256KW</c> of JOSE (RFC 7518, 4.4).</summary>
/// <remarks>Written here because the one in .NET (<c>Aes.EncryptKeyWrapPadded</c>) is RFC 5649, which has another initial value and gives other bytes.</remarks>
internal static class AesKeyWrap
{
    /// <summary>How much longer a wrapped key is.</summary>
    internal const int OverheadBytes = HalfBlock;

    private const int HalfBlock = 8;
    private const int Rounds = 6;
    private const ulong InitialValue = 0xA6A6A6A6A6A6A6A6;

    /// <summary>Wraps a key.</summary>
    /// <param name="wrappingKey">16, 24 or 32 bytes.</param>
    /// <param name="key">A multiple of 8 bytes, 16 or more.</param>
    internal static byte[] Wrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, 2 * HalfBlock, nameof(key));
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length % HalfBlock, 0, nameof(key));
        using var aes = NewAes(wrappingKey);
        var output = new byte[key.Length + HalfBlock];
        key.CopyTo(output.AsSpan(HalfBlock));
        var check = InitialValue;
        Span<byte> block = stackalloc byte[2 * HalfBlock];
        var blocks = key.Length / HalfBlock;
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 1; i <= blocks; i++)
            {
                var register = output.AsSpan(i * HalfBlock, HalfBlock);
                BinaryPrimitives.WriteUInt64BigEndian(block, check);
                register.CopyTo(block[HalfBlock..]);
                EncryptBlock(aes, block);
                check = BinaryPrimitives.ReadUInt64BigEndian(block) ^ (ulong)((round * blocks) + i);
                block[HalfBlock..].CopyTo(register);
            }
        }

        BinaryPrimitives.WriteUInt64BigEndian(output, check);
        CryptographicOperations.ZeroMemory(block);
        return output;
    }

    /// <summary>Unwraps a key.</summary>
    /// <returns>The key, for the caller to wipe; null when it was not wrapped with this key, or was changed.</returns>
    internal static byte[]? TryUnwrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length < 3 * HalfBlock || wrapped.Length % HalfBlock != 0) return null;
        using var aes = NewAes(wrappingKey);
        var key = wrapped[HalfBlock..].ToArray();
        var check = BinaryPrimitives.ReadUInt64BigEndian(wrapped);
        Span<byte> block = stackalloc byte[2 * HalfBlock];
        var blocks = key.Length / HalfBlock;
        for (var round = Rounds - 1; round >= 0; round--)
        {
            for (var i = blocks; i >= 1; i--)
            {
                var register = key.AsSpan((i - 1) * HalfBlock, HalfBlock);
                BinaryPrimitives.WriteUInt64BigEndian(block, check ^ (ulong)((round * blocks) + i));
                register.CopyTo(block[HalfBlock..]);
                DecryptBlock(aes, block);
                check = BinaryPrimitives.ReadUInt64BigEndian(block);
                block[HalfBlock..].CopyTo(register);
            }
        }

        Span<byte> found = stackalloc byte[HalfBlock];
        Span<byte> expected = stackalloc byte[HalfBlock];
        BinaryPrimitives.WriteUInt64BigEndian(found, check);
        BinaryPrimitives.WriteUInt64BigEndian(expected, InitialValue);
        CryptographicOperations.ZeroMemory(block);
        if (CryptographicOperations.FixedTimeEquals(found, expected)) return key;
        CryptographicOperations.ZeroMemory(key);
        return null;
    }

    private static Aes NewAes(ReadOnlySpan<byte> key)
    {
        var aes = Aes.Create();
        var copy = key.ToArray();
        aes.Key = copy;
        CryptographicOperations.ZeroMemory(copy);
        return aes;
    }

    [SuppressMessage("Security", "CA5358:Review cipher mode usage with cryptography experts", Justification = "RFC 3394 is defined on single blocks")]
    private static void EncryptBlock(Aes aes, Span<byte> block) => aes.EncryptEcb(block, block, PaddingMode.None);

    [SuppressMessage("Security", "CA5358:Review cipher mode usage with cryptography experts", Justification = "RFC 3394 is defined on single blocks")]
    private static void DecryptBlock(Aes aes, Span<byte> block) => aes.DecryptEcb(block, block, PaddingMode.None);
}
