using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EdgeRunner.Inference.Sessions.Caching;

/// <summary>A cached model as it stands on disk: what ONNX Runtime wrote, then 80 bytes of ours. They come last because ONNX Runtime writes the
/// file itself, from its beginning.</summary>
/// <remarks>
/// <code>
/// content                    the model in ONNX Runtime's format
/// +0   digest       32 bytes SHA-256 of content ‖ key ‖ length
/// +32  key          32 bytes <see cref="CacheKey.Digest"/>: a file under another's name is not taken
/// +64  length       u64 LE   of content: a file that was cut or lengthened is not taken
/// +72  magic         8 bytes "ERMODEL1"
/// </code>
/// The digest finds damage. It is no signature: whoever may write into the directory may write a model, which is why the directory is
/// ours alone.
/// </remarks>
internal static class CacheFile
{
    internal const int TrailerBytes = 80;
    private const int KeyAt = 32, LengthAt = 64, MagicAt = 72;

    private static ReadOnlySpan<byte> Magic => "ERMODEL1"u8;

    /// <summary>The model, if <paramref name="file"/> is whole and has this key; else an empty span.</summary>
    internal static ReadOnlySpan<byte> Verify(ReadOnlySpan<byte> file, ReadOnlySpan<byte> key)
    {
        if (file.Length <= TrailerBytes)
        {
            return default;
        }
        var content = file[..^TrailerBytes];
        var trailer = file[^TrailerBytes..];
        if (!trailer[MagicAt..].SequenceEqual(Magic)
            || !trailer[KeyAt..LengthAt].SequenceEqual(key)
            || BinaryPrimitives.ReadUInt64LittleEndian(trailer[LengthAt..]) != (ulong)content.Length)
        {
            return default;
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(content);
        return trailer[..KeyAt].SequenceEqual(Digest(hash, trailer)) ? content : default;
    }

    /// <summary>Puts the trailer behind what ONNX Runtime wrote and makes the whole durable.</summary>
    /// <returns>Length of the file, in bytes.</returns>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    internal static long Seal(string path, ReadOnlySpan<byte> key)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 << 10];
        long length = 0;
        for (int count; (count = file.Read(buffer)) > 0; length += count)
        {
            hash.AppendData(buffer.AsSpan(0, count));
        }
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        key.CopyTo(trailer[KeyAt..]);
        BinaryPrimitives.WriteUInt64LittleEndian(trailer[LengthAt..], (ulong)length);
        Magic.CopyTo(trailer[MagicAt..]);
        Digest(hash, trailer).CopyTo(trailer);
        file.Write(trailer);
        file.Flush(flushToDisk: true);
        return length + TrailerBytes;
    }

    private static byte[] Digest(IncrementalHash hash, ReadOnlySpan<byte> trailer)
    {
        hash.AppendData(trailer[KeyAt..MagicAt]);
        return hash.GetHashAndReset();
    }
}
