using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace EdgeRunner.Device.Updates;

/// <summary>Tells one <c>timestamp.json</c> from another by its version, since two depots may sign the same version in different bytes; what states no version is told by its bytes.</summary>
/// <param name="Version">As stated, unverified; null when there is none.</param>
/// <param name="Digest">First bytes of the SHA-256 when there is no version; else 0.</param>
internal readonly record struct TimestampMark(long? Version, ulong Digest)
{
    // The TUF client does not read longer ones either.
    private const int MaxBytes = 16 << 10;

    /// <summary>Reads the mark of a payload, whatever it holds.</summary>
    internal static TimestampMark Of(ReadOnlySpan<byte> payload)
        => payload.Length <= MaxBytes && ReadVersion(payload) is { } version
            ? new(version, 0)
            : new(null, BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(payload)));

    private static long? ReadVersion(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !Enter(ref reader, "signed"u8)) return null;
            return reader.TokenType == JsonTokenType.StartObject && Enter(ref reader, "version"u8)
                && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var version) ? version : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>From the start of an object to the value of one of its members.</summary>
    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> member)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(member);
            if (!reader.Read()) return false;
            if (found) return true;
            if (!reader.TrySkip()) return false;
        }

        return false;
    }
}
