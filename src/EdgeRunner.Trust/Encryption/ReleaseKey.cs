using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EdgeRunner.Trust.Encryption;

/// <summary>What an envelope carries: the key of a release, and what the decrypted bundle has to be. Dispose to wipe the key.</summary>
/// <remarks>As JSON: <c>{"kid","k","seg","plain_len","plain_sha256","model","release"}</c>, all of them, nothing else. Read and written by hand and not as a tree, so that the key is
/// never in a string, which nobody can wipe.</remarks>
public sealed class ReleaseKey : IDisposable
{
    /// <summary>Length of the key.</summary>
    public const int KeyBytes = 32;

    private const int MaxTextBytes = 256;
    private const int MaxBytes = 2048;

    private readonly byte[] _key;

    /// <summary>Takes a copy of the key.</summary>
    /// <param name="key"><see cref="KeyBytes"/>: of this release in <see cref="SealMode.Single"/>, the model's secret in <see cref="SealMode.Chunked"/>.</param>
    /// <param name="mode">How the bundle is encrypted.</param>
    /// <param name="plainLength">Bytes of the bundle.</param>
    /// <param name="plainSha256">Of the bundle, lowercase hex.</param>
    /// <param name="model">Name of the model.</param>
    /// <param name="release">Its release number.</param>
    public ReleaseKey(ReadOnlySpan<byte> key, SealMode mode, long plainLength, string plainSha256, string model, long release)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes, nameof(key));
        _key = key.ToArray();
        (Mode, PlainLength, PlainSha256, Model, Release) = (mode, plainLength, plainSha256, model, release);
        KeyId = IdOf(key);
    }

    /// <summary>Name of the key, for people and logs: 16 hex digits that say nothing of it.</summary>
    public string KeyId { get; private init; }

    /// <summary>The key.</summary>
    public ReadOnlyMemory<byte> Key => _key;

    /// <summary>How the bundle is encrypted.</summary>
    public SealMode Mode { get; }

    /// <summary>Bytes of the bundle.</summary>
    public long PlainLength { get; }

    /// <summary>SHA-256 of the bundle, lowercase hex.</summary>
    public string PlainSha256 { get; }

    /// <summary>Name of the model.</summary>
    public string Model { get; }

    /// <summary>Its release number.</summary>
    public long Release { get; }

    /// <summary>What a bundle in segments is bound to: <c>MODEL|RELEASE</c>.</summary>
    public byte[] AssociatedData => Encoding.UTF8.GetBytes($"{Model}|{Release}");

    /// <summary>The name of a key: 16 hex digits.</summary>
    public static string IdOf(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, "edgerunner key id 1"u8, hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    /// <summary>For the caller to wipe.</summary>
    internal byte[] ToBytes()
    {
        Span<byte> key = stackalloc byte[Base64Url.GetEncodedLength(KeyBytes)];
        Base64Url.EncodeToUtf8(_key, key);
        var buffer = new ArrayBufferWriter<byte>(MaxBytes); // large enough never to grow and leave a copy behind
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("kid", KeyId);
            writer.WriteString("k", key);
            writer.WriteNumber("seg", Mode == SealMode.Single ? SegmentedCipher.SegmentBytes : 0);
            writer.WriteNumber("plain_len", PlainLength);
            writer.WriteString("plain_sha256", PlainSha256);
            writer.WriteString("model", Model);
            writer.WriteNumber("release", Release);
            writer.WriteEndObject();
        }

        CryptographicOperations.ZeroMemory(key);
        var bytes = buffer.WrittenSpan.ToArray();
        buffer.Clear(); // overwrites with zeros
        return bytes;
    }

    /// <exception cref="SealException">It is not of this form.</exception>
    internal static ReleaseKey Read(ReadOnlySpan<byte> json)
    {
        var fields = default(Fields);
        try
        {
            if (json.Length > MaxBytes) throw Malformed($"it has {json.Length} bytes; expected at most {MaxBytes}");
            var reader = new Utf8JsonReader(json);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw Malformed("it is no JSON object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) fields.Take(ref reader);
            reader.Read(); // throws when something other than white space follows
            return fields.ToKey();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Malformed($"it is no JSON: {e.Message}", e); // the message has positions and characters between values, never a string
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fields.Key);
        }
    }

    private static SealException Malformed(string problem, Exception? inner = null) => new(SealFailure.Malformed, $"what the key envelope carries is not a release key: {problem}", inner);

    private ref struct Fields
    {
        internal byte[]? Key;
        private string? _kid;
        private long? _segment;
        private long? _length;
        private string? _sha256;
        private string? _model;
        private long? _release;

        internal void Take(ref Utf8JsonReader reader)
        {
            var name = reader.GetString()!;
            reader.Read();
            var isFirst = name switch
            {
                "kid" => Set(ref _kid, Text(ref reader, name)),
                "k" => Key is null & (Key = KeyOf(ref reader)) is not null,
                "seg" => Set(ref _segment, Number(ref reader, name)),
                "plain_len" => Set(ref _length, Number(ref reader, name)),
                "plain_sha256" => Set(ref _sha256, Text(ref reader, name)),
                "model" => Set(ref _model, Text(ref reader, name)),
                "release" => Set(ref _release, Number(ref reader, name)),
                _ => throw Malformed($"it has an unknown member \"{name[..Math.Min(name.Length, 64)]}\""),
            };
            if (!isFirst) throw Malformed($"\"{name}\" is there twice");
        }

        internal readonly ReleaseKey ToKey()
        {
            if (Key is null || _kid is null || _segment is null || _length is null || _sha256 is null || _model is null || _release is null)
                throw Malformed("expected kid, k, seg, plain_len, plain_sha256, model and release");
            if (_segment is not (0 or SegmentedCipher.SegmentBytes)) throw Malformed($"seg is {_segment}; expected {SegmentedCipher.SegmentBytes}, or 0 for chunks");
            if (_length < 0 || _release < 1) throw Malformed($"plain_len is {_length} and release {_release}; expected 0 or more, and 1 or more");
            if (_sha256.Length != 64 || !_sha256.All(char.IsAsciiHexDigitLower)) throw Malformed("plain_sha256 is not 64 lowercase hex digits");
            return new ReleaseKey(Key, _segment == 0 ? SealMode.Chunked : SealMode.Single, _length.Value, _sha256, _model, _release.Value) { KeyId = _kid };
        }

        private static bool Set<T>(ref T? field, T value)
        {
            var isFirst = field is null;
            field = value;
            return isFirst;
        }

        private static bool Set(ref long? field, long value)
        {
            var isFirst = field is null;
            field = value;
            return isFirst;
        }

        private static string Text(ref Utf8JsonReader reader, string name) =>
            reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length is > 0 and <= MaxTextBytes ? reader.GetString()! : throw Malformed($"\"{name}\" is not a text of 1 to {MaxTextBytes} bytes");

        private static long Number(ref Utf8JsonReader reader, string name) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : throw Malformed($"\"{name}\" is not a whole number");

        private static byte[] KeyOf(ref Utf8JsonReader reader)
        {
            var key = new byte[KeyBytes];
            if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueSpan.Length == Base64Url.GetEncodedLength(KeyBytes)
                && Base64Url.DecodeFromUtf8(reader.ValueSpan, key, out _, out var written) == OperationStatus.Done && written == KeyBytes) return key;
            throw Malformed($"\"k\" is not base64url of {KeyBytes} bytes");
        }
    }
}
