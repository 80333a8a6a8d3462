using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EdgeRunner.Trust.Encryption;

/// <summary>Tink's streaming encryption AES-GCM-HKDF: a file in segments, so that any length is encrypted and decrypted in the memory of two segments. Thread-safe.</summary>
/// <remarks>
/// <see cref="Default"/> is Tink's template <c>AES256_GCM_HKDF_1MB</c>, as raw ciphertext without a prefix:
/// <code>
/// header   1 byte: length of the header, 40 | salt, 32 bytes | nonce prefix, 7 bytes
/// segments AES-256-GCM: ciphertext, tag of 16 bytes
///          key    HKDF-SHA256(key, salt, info = associated data), 32 bytes
///          nonce  nonce prefix | number of the segment, u32 big-endian | 1 for the last one, else 0
/// </code>
/// A segment has 1 MiB with its tag, the first one with the header before it; only the last one is shorter. None is empty unless the whole file is. Segments can neither be
/// exchanged nor left out, and the file cannot end early: that is in the nonce.
/// </remarks>
/// <seealso href="https://developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming"/>
public sealed class SegmentedCipher
{
    /// <summary>Length of a ciphertext segment, in bytes.</summary>
    public const int SegmentBytes = 1 << 20;

    /// <summary>Length of the key, in bytes.</summary>
    public const int KeyBytes = 32;

    private const int PrefixBytes = 7;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly HashAlgorithmName _hash;
    private readonly int _derivedBytes;
    private readonly int _segmentBytes;

    internal SegmentedCipher(HashAlgorithmName hash, int derivedBytes, int segmentBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(segmentBytes, derivedBytes + 24);
        (_hash, _derivedBytes, _segmentBytes) = (hash, derivedBytes, segmentBytes);
    }

    /// <summary>With the parameters of <c>AES256_GCM_HKDF_1MB</c>.</summary>
    public static SegmentedCipher Default { get; } = new(HashAlgorithmName.SHA256, KeyBytes, SegmentBytes);

    private int HeaderBytes => 1 + _derivedBytes + PrefixBytes;

    /// <summary>Encrypts a stream to its end.</summary>
    /// <param name="plain">Read to its end.</param>
    /// <param name="target">Gets the ciphertext; not flushed.</param>
    /// <param name="key"><see cref="KeyBytes"/> of randomness.</param>
    /// <param name="associatedData">What has to be said again to decrypt.</param>
    /// <param name="cancellationToken">Gives up; what was written is worthless.</param>
    public Task EncryptAsync(Stream plain, Stream target, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> associatedData, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderBytes];
        RandomNumberGenerator.Fill(header);
        header[0] = (byte)HeaderBytes;
        return EncryptAsync(plain, target, key, associatedData, header, cancellationToken);
    }

    internal async Task EncryptAsync(Stream plain, Stream target, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> associatedData, byte[] header, CancellationToken cancellationToken)
    {
        using var aes = NewAes(key.Span, header, associatedData.Span);
        var nonce = NewNonce(header);
        var output = new byte[_segmentBytes];
        var (current, next) = (new byte[_segmentBytes], new byte[_segmentBytes]);
        try
        {
            await target.WriteAsync(header, cancellationToken).ConfigureAwait(false);
            var length = await FillAsync(plain, current.AsMemory(0, _segmentBytes - HeaderBytes - TagBytes), cancellationToken).ConfigureAwait(false);
            for (uint number = 0; ; number++)
            {
                // Whether a segment is the last one is part of its nonce, so the next one is read first.
                var nextLength = await FillAsync(plain, next.AsMemory(0, _segmentBytes - TagBytes), cancellationToken).ConfigureAwait(false);
                Number(nonce, number, isLast: nextLength == 0);
                aes.Encrypt(nonce, current.AsSpan(0, length), output.AsSpan(0, length), output.AsSpan(length, TagBytes));
                await target.WriteAsync(output.AsMemory(0, length + TagBytes), cancellationToken).ConfigureAwait(false);
                if (nextLength == 0) return;
                if (number == uint.MaxValue) throw new ArgumentException("the file has more than 2^32 segments", nameof(plain));
                (current, next, length) = (next, current, nextLength);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(current);
            CryptographicOperations.ZeroMemory(next);
        }
    }

    /// <summary>Decrypts a stream to its end. What is written before an error is authentic as far as it goes, and still not the file: throw it away.</summary>
    /// <param name="cipher">Read to its end.</param>
    /// <param name="target">Gets the plaintext; not flushed.</param>
    /// <param name="key">As for encryption.</param>
    /// <param name="associatedData">As for encryption.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SealException"><see cref="SealFailure.Malformed"/> or <see cref="SealFailure.NotAuthentic"/>.</exception>
    public async Task DecryptAsync(Stream cipher, Stream target, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> associatedData, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderBytes];
        if (await FillAsync(cipher, header, cancellationToken).ConfigureAwait(false) < header.Length || header[0] != HeaderBytes)
        {
            throw new SealException(SealFailure.Malformed, $"an encrypted file begins with a header of {HeaderBytes} bytes, whose first byte says so; this one does not");
        }

        using var aes = NewAes(key.Span, header, associatedData.Span);
        var nonce = NewNonce(header);
        var plain = new byte[_segmentBytes];
        var (current, next) = (new byte[_segmentBytes], new byte[_segmentBytes]);
        try
        {
            var length = await FillAsync(cipher, current.AsMemory(0, _segmentBytes - HeaderBytes), cancellationToken).ConfigureAwait(false);
            for (uint number = 0; ; number++)
            {
                var nextLength = await FillAsync(cipher, next.AsMemory(0, _segmentBytes), cancellationToken).ConfigureAwait(false);
                Number(nonce, number, isLast: nextLength == 0);
                Open(aes, nonce, number, current.AsSpan(0, length), plain);
                await target.WriteAsync(plain.AsMemory(0, length - TagBytes), cancellationToken).ConfigureAwait(false);
                if (nextLength == 0) return;
                if (number == uint.MaxValue) throw new SealException(SealFailure.Malformed, "the encrypted file has more than 2^32 segments");
                (current, next, length) = (next, current, nextLength);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static void Open(AesGcm aes, byte[] nonce, uint number, ReadOnlySpan<byte> segment, Span<byte> plain)
    {
        if (segment.Length < TagBytes) throw new SealException(SealFailure.Malformed, $"segment {number} of the encrypted file has {segment.Length} bytes; expected {TagBytes} or more");
        var length = segment.Length - TagBytes;
        try
        {
            aes.Decrypt(nonce, segment[..length], segment[length..], plain[..length]);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new SealException(SealFailure.NotAuthentic, $"segment {number} does not decrypt: the file was changed or cut short, or it was made for another key, model or release", e);
        }
    }

    private AesGcm NewAes(ReadOnlySpan<byte> key, byte[] header, ReadOnlySpan<byte> associatedData)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, _derivedBytes, nameof(key));
        Span<byte> derived = stackalloc byte[_derivedBytes];
        HKDF.DeriveKey(_hash, key, derived, header.AsSpan(1, _derivedBytes), associatedData);
        var aes = new AesGcm(derived, TagBytes);
        CryptographicOperations.ZeroMemory(derived);
        return aes;
    }

    private byte[] NewNonce(byte[] header)
    {
        var nonce = new byte[NonceBytes];
        header.AsSpan(1 + _derivedBytes, PrefixBytes).CopyTo(nonce);
        return nonce;
    }

    private static void Number(byte[] nonce, uint number, bool isLast)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce.AsSpan(PrefixBytes), number);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
    }

    private static ValueTask<int> FillAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken) =>
        stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
}
