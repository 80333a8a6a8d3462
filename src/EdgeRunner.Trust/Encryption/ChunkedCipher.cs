using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeRunner.Trust.Encryption;

/// <summary>Encryption that keeps what two versions of a model have in common: equal chunks of plaintext give equal frames of ciphertext under one secret, so a device that has one
/// version fetches only what is new in the next. Thread-safe.</summary>
/// <remarks>
/// A file is a row of frames, numbers big-endian:
/// <code>
/// u32 length of the plaintext | id, 32 bytes | AES-256-GCM: ciphertext, tag of 16 bytes
/// id          HMAC-SHA256(HKDF-SHA256(secret, info = "edgerunner chunk id 1|MODEL"), plaintext)
/// key, nonce  HKDF-SHA256(secret, salt = id, info = "edgerunner chunk key 1|MODEL"), 32 and 12 bytes
/// associated  length and id
/// </code>
/// Key and nonce depend on every bit of the plaintext, so no two plaintexts meet under one pair. Without the secret an id says nothing of its chunk, except that an equal id is
/// an equal chunk: this is what the mode gives away, with the length of each. Order, number and whole are not in a frame: the signed digest of the file and the digest
/// of the plaintext hold them.
/// </remarks>
public sealed class ChunkedCipher
{
    /// <summary>Length of the secret, in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>How much longer a frame is than its plaintext.</summary>
    public const int OverheadBytes = PlainHeaderBytes + TagBytes;

    /// <summary>Longest plaintext of a frame; the frame then has the 128 KiB that a chunk may have.</summary>
    public const int MaxPlainBytes = (128 << 10) - OverheadBytes;

    private const int LengthBytes = 4;
    private const int IdBytes = HMACSHA256.HashSizeInBytes;
    private const int PlainHeaderBytes = LengthBytes + IdBytes;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _idInfo;
    private readonly byte[] _keyInfo;

    /// <summary>For one model.</summary>
    public ChunkedCipher(string model)
    {
        _idInfo = Encoding.UTF8.GetBytes($"edgerunner chunk id 1|{model}");
        _keyInfo = Encoding.UTF8.GetBytes($"edgerunner chunk key 1|{model}");
    }

    /// <summary>Encrypts a stream chunk by chunk.</summary>
    /// <param name="plain">Has at least the sum of the lengths.</param>
    /// <param name="lengths">Of the plaintext chunks, each 1 to <see cref="MaxPlainBytes"/>.</param>
    /// <param name="target">Gets the frames; not flushed.</param>
    /// <param name="secret"><see cref="KeyBytes"/> of randomness; the same for versions that are to share frames.</param>
    /// <param name="cancellationToken">Gives up; what was written is worthless.</param>
    /// <exception cref="EndOfStreamException">The stream is shorter.</exception>
    public async Task EncryptAsync(Stream plain, IReadOnlyList<int> lengths, Stream target, ReadOnlyMemory<byte> secret, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        var idKey = IdKey(secret.Span);
        var chunk = new byte[MaxPlainBytes];
        var frame = new byte[MaxPlainBytes + OverheadBytes];
        try
        {
            foreach (var length in lengths)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(lengths));
                ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxPlainBytes, nameof(lengths));
                await plain.ReadExactlyAsync(chunk.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                Seal(chunk.AsSpan(0, length), frame, idKey, secret.Span);
                await target.WriteAsync(frame.AsMemory(0, length + OverheadBytes), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(idKey);
            CryptographicOperations.ZeroMemory(chunk);
        }
    }

    /// <summary>Decrypts a stream of frames to its end. The caller checks length and digest of the whole: frames may be missing or exchanged.</summary>
    /// <exception cref="SealException"><see cref="SealFailure.Malformed"/> or <see cref="SealFailure.NotAuthentic"/>; what was written has to be thrown away.</exception>
    public async Task DecryptAsync(Stream cipher, Stream target, ReadOnlyMemory<byte> secret, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cipher);
        ArgumentNullException.ThrowIfNull(target);
        var frame = new byte[MaxPlainBytes + OverheadBytes];
        var plain = new byte[MaxPlainBytes];
        try
        {
            for (long number = 0; ; number++)
            {
                var read = await cipher.ReadAtLeastAsync(frame.AsMemory(0, PlainHeaderBytes), PlainHeaderBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (read == 0) return;
                var length = read < PlainHeaderBytes ? 0 : BinaryPrimitives.ReadUInt32BigEndian(frame);
                if (length is < 1 or > MaxPlainBytes) throw new SealException(SealFailure.Malformed, $"frame {number} of the encrypted file says that it has {length} bytes; expected 1 to {MaxPlainBytes}");
                var rest = (int)length + TagBytes;
                if (await cipher.ReadAtLeastAsync(frame.AsMemory(PlainHeaderBytes, rest), rest, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < rest)
                    throw new SealException(SealFailure.Malformed, $"the encrypted file ends inside of frame {number}");
                Open(frame.AsSpan(0, PlainHeaderBytes + rest), plain.AsSpan(0, (int)length), secret.Span, number);
                await target.WriteAsync(plain.AsMemory(0, (int)length), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private void Seal(ReadOnlySpan<byte> chunk, Span<byte> frame, ReadOnlySpan<byte> idKey, ReadOnlySpan<byte> secret)
    {
        BinaryPrimitives.WriteInt32BigEndian(frame, chunk.Length);
        HMACSHA256.HashData(idKey, chunk, frame[LengthBytes..]);
        Span<byte> derived = stackalloc byte[KeyBytes + NonceBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, derived, frame.Slice(LengthBytes, IdBytes), _keyInfo);
        using var aes = new AesGcm(derived[..KeyBytes], TagBytes);
        aes.Encrypt(derived[KeyBytes..], chunk, frame.Slice(PlainHeaderBytes, chunk.Length), frame.Slice(PlainHeaderBytes + chunk.Length, TagBytes), frame[..PlainHeaderBytes]);
        CryptographicOperations.ZeroMemory(derived);
    }

    private void Open(ReadOnlySpan<byte> frame, Span<byte> plain, ReadOnlySpan<byte> secret, long number)
    {
        Span<byte> derived = stackalloc byte[KeyBytes + NonceBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, derived, frame.Slice(LengthBytes, IdBytes), _keyInfo);
        using var aes = new AesGcm(derived[..KeyBytes], TagBytes);
        try
        {
            aes.Decrypt(derived[KeyBytes..], frame.Slice(PlainHeaderBytes, plain.Length), frame[(PlainHeaderBytes + plain.Length)..], plain, frame[..PlainHeaderBytes]);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new SealException(SealFailure.NotAuthentic, $"frame {number} does not decrypt: the file was changed, or it was made for another key or model", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private byte[] IdKey(ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, KeyBytes, nameof(secret));
        var key = new byte[IdBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: [], _idInfo);
        return key;
    }
}
