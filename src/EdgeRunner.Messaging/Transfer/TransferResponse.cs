using System.Buffers.Binary;
using System.Text;

namespace EdgeRunner.Messaging.Transfer;

/// <summary>Payload of <c>device/{id}/response/{request}</c>, QoS 0: a header of 16 bytes, numbers big-endian, and the bytes.</summary>
/// <remarks><code>
/// 0      version, 1
/// 1      TransferStatus
/// 2-3    busy: seconds to wait; else 0
/// 4-7    part: of a whole file 0, 1, 2…; of chunks the number of the chunk
/// 8-11   parts: of a whole file; of chunks 0
/// 12-15  length of the whole file; of chunks the length of this one
/// 16-    the bytes; with Error its text in UTF-8, at most 512 bytes
/// </code></remarks>
/// <param name="Status">What the depot says.</param>
/// <param name="RetryAfterSeconds">With <see cref="TransferStatus.Busy"/>.</param>
/// <param name="Part">See the remarks.</param>
/// <param name="Parts">See the remarks.</param>
/// <param name="Length">See the remarks.</param>
/// <param name="Bytes">A view of the payload.</param>
public readonly record struct TransferResponse(TransferStatus Status, ushort RetryAfterSeconds, uint Part, uint Parts, uint Length, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Bytes before the content.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Most content bytes in one message. With the header it stays below the broker's <c>max_packet_size</c> of 327 680.</summary>
    public const int MaxPartBytes = 128 << 10;

    private const byte Version = 1;
    private const int MaxErrorBytes = 512;

    /// <summary>Text of an error; empty otherwise.</summary>
    public string ErrorText => Status == TransferStatus.Error ? Encoding.UTF8.GetString(Bytes.Span) : "";

    /// <summary>Reads a payload.</summary>
    /// <returns>False when it is none: too short or long, of another version, an unknown status.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> payload, out TransferResponse response)
    {
        if (!TryReadHeader(payload.Span, out response)) return false;
        response = response with { Bytes = payload[HeaderBytes..] };
        return true;
    }

    /// <summary>Reads the header of a payload whose memory cannot be kept; the bytes begin at <see cref="HeaderBytes"/>.</summary>
    /// <param name="payload">The whole payload.</param>
    /// <param name="header">Without its bytes.</param>
    /// <returns>As <see cref="TryRead"/>.</returns>
    public static bool TryReadHeader(ReadOnlySpan<byte> payload, out TransferResponse header)
    {
        header = default;
        if (payload.Length is < HeaderBytes or > HeaderBytes + MaxPartBytes || payload[0] != Version || payload[1] > (byte)TransferStatus.Error) return false;
        header = new TransferResponse((TransferStatus)payload[1], BinaryPrimitives.ReadUInt16BigEndian(payload[2..]), BinaryPrimitives.ReadUInt32BigEndian(payload[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(payload[8..]), BinaryPrimitives.ReadUInt32BigEndian(payload[12..]), default);
        return true;
    }

    /// <summary>Writes the header of an answer before its bytes.</summary>
    /// <param name="destination">At least <see cref="HeaderBytes"/>.</param>
    /// <param name="status">What is said.</param>
    /// <param name="retryAfterSeconds">With <see cref="TransferStatus.Busy"/>.</param>
    /// <param name="part">See the remarks of the type.</param>
    /// <param name="parts">See the remarks of the type.</param>
    /// <param name="length">See the remarks of the type.</param>
    public static void WriteHeader(Span<byte> destination, TransferStatus status, ushort retryAfterSeconds = 0, uint part = 0, uint parts = 0, uint length = 0)
    {
        destination[0] = Version;
        destination[1] = (byte)status;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], retryAfterSeconds);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], part);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], parts);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], length);
    }

    /// <summary>A whole answer without content: not-found, busy, or an error with its text.</summary>
    public static byte[] Of(TransferStatus status, ushort retryAfterSeconds = 0, string text = "")
    {
        var words = Encoding.UTF8.GetBytes(text).AsSpan();
        var payload = new byte[HeaderBytes + Math.Min(words.Length, MaxErrorBytes)];
        WriteHeader(payload, status, retryAfterSeconds);
        words[..(payload.Length - HeaderBytes)].CopyTo(payload.AsSpan(HeaderBytes));
        return payload;
    }
}
