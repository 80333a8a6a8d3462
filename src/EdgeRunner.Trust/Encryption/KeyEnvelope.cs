using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Trust.Encryption;

/// <summary>The key of a release, encrypted for devices: a JWE in general JSON serialisation (RFC 7516, 7.2.1), one recipient for each device key. Immutable, thread-safe.</summary>
/// <remarks>
/// <c>enc</c> is <c>A256GCM</c>, protected; <c>alg</c> of a recipient is <c>ECDH-ES+A256KW</c> on P-256 or <c>RSA-OAEP-256</c>, and its <c>kid</c> the thumbprint of the device key. The
/// envelope is a signed target, <c>models/NAME/VERSION.keys</c>, so nobody can put in other keys; the reader is strict and bounded all the same.
/// </remarks>
public sealed class KeyEnvelope
{
    /// <summary>What targets of envelopes end in, in place of the release's own ending.</summary>
    public const string Extension = ".keys";

    /// <summary>Longest envelope in bytes; a recipient has about 600 with EC and 800 with RSA.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>Most device keys in one envelope.</summary>
    public const int MaxRecipients = 4096;

    private const int CekBytes = 32;
    private const int IvBytes = 12;
    private const int TagBytes = 16;
    private const int MaxPayloadBytes = 2048;
    private const string Encryption = "A256GCM";

    private readonly string _protected;
    private readonly byte[] _iv;
    private readonly byte[] _ciphertext;
    private readonly byte[] _tag;
    private readonly Dictionary<string, JsonTree> _recipients;

    private KeyEnvelope(string protectedHeader, byte[] iv, byte[] ciphertext, byte[] tag, Dictionary<string, JsonTree> recipients) =>
        (_protected, _iv, _ciphertext, _tag, _recipients) = (protectedHeader, iv, ciphertext, tag, recipients);

    /// <summary>Thumbprints of the device keys that it is for.</summary>
    public IReadOnlyCollection<string> Recipients => _recipients.Keys;

    /// <summary>Path of the envelope of a release: the same, with <see cref="Extension"/>.</summary>
    public static string PathOf(string target)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        return Path.ChangeExtension(target, Extension);
    }

    /// <summary>Makes an envelope.</summary>
    /// <param name="key">What it carries.</param>
    /// <param name="recipients">One or more, no key twice.</param>
    /// <returns>The JSON.</returns>
    /// <exception cref="SealException">None, or more than an envelope can have.</exception>
    public static byte[] Seal(ReleaseKey key, IReadOnlyCollection<DevicePublicKey> recipients)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(recipients);
        if (recipients.Count is 0 or > MaxRecipients) throw new SealException(SealFailure.Malformed, $"a key envelope is for 1 to {MaxRecipients} device keys, not {recipients.Count}");
        var payload = key.ToBytes();
        Span<byte> cek = stackalloc byte[CekBytes];
        RandomNumberGenerator.Fill(cek);
        try
        {
            var protectedHeader = Base64UrlText.Encode("""{"enc":"A256GCM"}"""u8);
            var (iv, ciphertext, tag) = (RandomNumberGenerator.GetBytes(IvBytes), new byte[payload.Length], new byte[TagBytes]);
            using (var aes = new AesGcm(cek, TagBytes)) aes.Encrypt(iv, payload, ciphertext, tag, Encoding.ASCII.GetBytes(protectedHeader));
            var entries = new List<JsonTree>(recipients.Count);
            foreach (var recipient in recipients) entries.Add(KeyRecipient.Wrap(recipient, cek));
            var json = JsonText.Write(JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal)
            {
                ["protected"] = JsonTree.Of(protectedHeader),
                ["recipients"] = JsonTree.Of(entries),
                ["iv"] = JsonTree.Of(Base64UrlText.Encode(iv)),
                ["ciphertext"] = JsonTree.Of(Base64UrlText.Encode(ciphertext)),
                ["tag"] = JsonTree.Of(Base64UrlText.Encode(tag)),
            }));
            return json.Length <= MaxBytes ? json : throw new SealException(SealFailure.Malformed, $"the key envelope for {recipients.Count} device keys has {json.Length} bytes; devices take at most {MaxBytes}. Encrypt for smaller groups");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(cek);
            CryptographicOperations.ZeroMemory(payload);
        }
    }

    /// <summary>Reads an envelope; nothing is decrypted.</summary>
    /// <exception cref="SealException"><see cref="SealFailure.Malformed"/>.</exception>
    public static KeyEnvelope Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxBytes) throw Malformed($"it has {json.Length} bytes; expected at most {MaxBytes}");
        JsonTree tree;
        try
        {
            tree = JsonParser.Parse(json);
        }
        catch (JsonFormatException e)
        {
            throw Malformed(e.Message, e);
        }

        RequireOnly(tree, "it", ["protected", "recipients", "iv", "ciphertext", "tag"]);
        var protectedHeader = Text(tree, "protected");
        ReadProtected(protectedHeader);
        if (tree.Find("recipients") is not { Kind: JsonKind.Array, Items: { Count: > 0 and <= MaxRecipients } items }) throw Malformed($"recipients is not a list of 1 to {MaxRecipients}");
        var recipients = new Dictionary<string, JsonTree>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item.Find("header")?.Find("kid") is not { Kind: JsonKind.Text, Text: { Length: > 0 and <= 128 } kid }) throw Malformed("a recipient has no header with a kid of 1 to 128 characters");
            if (!recipients.TryAdd(kid, item)) throw Malformed($"the recipient {kid} is there twice");
        }

        return new KeyEnvelope(protectedHeader, Bytes(tree, "iv", IvBytes, IvBytes), Bytes(tree, "ciphertext", 1, MaxPayloadBytes), Bytes(tree, "tag", TagBytes, TagBytes), recipients);
    }

    /// <summary>Opens it with one of the keys at hand.</summary>
    /// <returns>For the caller to dispose.</returns>
    /// <exception cref="SealException">It is for none of the keys, or does not decrypt.</exception>
    public ReleaseKey Open(IReadOnlyList<DeviceKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        SealException? failure = null;
        foreach (var key in keys)
        {
            if (!_recipients.TryGetValue(key.PublicKey.Thumbprint, out var recipient)) continue;
            try
            {
                return Open(key, recipient);
            }
            catch (SealException e)
            {
                failure ??= e; // another key of this device may do
            }
        }

        throw failure ?? new SealException(SealFailure.NoRecipient,
            $"the keys of this release are for {_recipients.Count} device {(_recipients.Count == 1 ? "key" : "keys")}, and not for {(keys.Count == 0 ? "this device, which has none" : string.Join(" or ", keys.Select(k => k.PublicKey.Thumbprint)))}");
    }

    internal static void RequireOnly(JsonTree tree, string what, ReadOnlySpan<string> names)
    {
        if (tree.Kind != JsonKind.Object) throw Malformed($"{what} is no object");
        foreach (var name in tree.Members.Keys)
        {
            if (!names.Contains(name)) throw Malformed($"{what} has an unknown member \"{name[..Math.Min(name.Length, 64)]}\"");
        }
    }

    internal static string Text(JsonTree tree, string name) => tree.Find(name) is { Kind: JsonKind.Text } text ? text.Text : throw Malformed($"\"{name}\" is no text");

    internal static byte[] Bytes(JsonTree tree, string name, int min, int max) => Base64UrlText.TryDecode(Text(tree, name), max) is { } bytes && bytes.Length >= min
        ? bytes
        : throw Malformed($"\"{name}\" is not base64url of {min}{(min == max ? "" : $" to {max}")} bytes");

    internal static SealException Malformed(string problem, Exception? inner = null) => new(SealFailure.Malformed, $"the key envelope cannot be read: {problem}", inner);

    private static void ReadProtected(string text)
    {
        JsonTree header;
        try
        {
            header = JsonParser.Parse(Base64UrlText.TryDecode(text, 1024) ?? throw Malformed("the protected header is not base64url of at most 1024 bytes"));
        }
        catch (JsonFormatException e)
        {
            throw Malformed($"the protected header: {e.Message}", e);
        }

        RequireOnly(header, "the protected header", ["enc", "typ", "cty"]);
        if (Text(header, "enc") is not Encryption) throw Malformed($"enc is \"{Text(header, "enc")}\"; expected {Encryption}");
    }

    private ReleaseKey Open(DeviceKey key, JsonTree recipient)
    {
        var cek = KeyRecipient.Unwrap(key, recipient);
        var payload = new byte[_ciphertext.Length];
        try
        {
            if (cek is not { Length: CekBytes }) throw NotAuthentic(key);
            using (var aes = new AesGcm(cek, TagBytes)) aes.Decrypt(_iv, _ciphertext, _tag, payload, Encoding.ASCII.GetBytes(_protected));
            return ReleaseKey.Read(payload);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw NotAuthentic(key, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(cek);
            CryptographicOperations.ZeroMemory(payload);
        }
    }

    private static SealException NotAuthentic(DeviceKey key, Exception? inner = null) =>
        new(SealFailure.NotAuthentic, $"the key envelope does not decrypt with the device key {key.PublicKey.Thumbprint}: it was changed, or made for another key of that name", inner);
}
