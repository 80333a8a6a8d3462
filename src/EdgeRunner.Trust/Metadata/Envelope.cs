using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Trust.Metadata;

/// <summary>A metadata file: <c>{"signatures":[{"keyid","sig"}],"signed":{…}}</c>. Immutable. Nothing in it is trusted by being
/// read.</summary>
public sealed class Envelope
{
    private byte[]? _canonical;

    private Envelope(string role, ReadOnlyMemory<byte> raw, IReadOnlyList<MetadataSignature> signatures, JsonTree signed) =>
        (Role, Raw, Signatures, Signed) = (role, raw, signatures, signed);

    /// <summary>The role it was read as, for messages.</summary>
    public string Role { get; }

    /// <summary>The bytes of the file, as they are to be stored.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>In the order of the file; no key id twice.</summary>
    public IReadOnlyList<MetadataSignature> Signatures { get; }

    /// <summary>What is signed.</summary>
    public JsonTree Signed { get; }

    /// <summary>The bytes that the signatures are over.</summary>
    public ReadOnlyMemory<byte> Canonical => _canonical ??= CanonicalJson.Encode(Signed);

    /// <summary>Reads a file.</summary>
    /// <exception cref="MetadataException">It is not an envelope.</exception>
    public static Envelope Parse(string role, ReadOnlyMemory<byte> raw)
    {
        JsonTree tree;
        try
        {
            tree = JsonParser.Parse(raw.Span);
        }
        catch (JsonFormatException e)
        {
            throw new MetadataException(TrustFailure.Malformed, role, version: null, "metadata in JSON", e.Message, e);
        }
        var file = new MetadataField(role, "", tree);
        var signatures = new List<MetadataSignature>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in file.Member("signatures").Items())
        {
            var keyId = entry.Member("keyid").Text();
            if (!seen.Add(keyId))
            {
                throw entry.Wrong("each key id once in signatures", $"{keyId} twice");
            }
            signatures.Add(new MetadataSignature(keyId, entry.Member("sig").Text()));
        }
        var signed = file.Member("signed");
        _ = signed.Members;
        return new Envelope(role, raw, signatures, signed.Tree);
    }

    /// <summary>Makes a file and signs it with each of the keys. A key given twice signs once.</summary>
    /// <exception cref="KeyException">A key could not be used.</exception>
    public static async ValueTask<Envelope> SignAsync(string role, JsonTree signed, IEnumerable<ISigner> signers, CancellationToken cancellationToken)
    {
        var envelope = Build(role, signed, []);
        foreach (var signer in signers)
        {
            var signature = await signer.SignAsync(envelope.Canonical, cancellationToken).ConfigureAwait(false);
            envelope = envelope.With(new MetadataSignature(signer.PublicKey.KeyId, Convert.ToHexStringLower(signature)));
        }
        return envelope;
    }

    /// <summary>Makes a file from parts.</summary>
    public static Envelope Build(string role, JsonTree signed, IReadOnlyList<MetadataSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(signed);
        ArgumentNullException.ThrowIfNull(signatures);
        var file = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            ["signatures"] = JsonTree.Of(signatures.Select(s => JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal)
            {
                ["keyid"] = JsonTree.Of(s.KeyId),
                ["sig"] = JsonTree.Of(s.Hex),
            })).ToArray()),
            ["signed"] = signed,
        });
        return new Envelope(role, JsonText.Write(file), signatures, signed);
    }

    /// <summary>The same file with one more signature, which takes the place of an older one of the same key: for collecting them from several
    /// people.</summary>
    public Envelope With(MetadataSignature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return Build(Role, Signed, [.. Signatures.Where(s => !string.Equals(s.KeyId, signature.KeyId, StringComparison.Ordinal)), signature]);
    }
}
