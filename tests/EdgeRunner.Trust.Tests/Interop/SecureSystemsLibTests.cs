using System.Text;
using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Interop;

/// <summary>Debian's python3-securesystemslib signs and we verify, and the other way round.</summary>
public sealed class SecureSystemsLibTests : IDisposable
{
    private const string Delegated = "models/vision";
    private const string Target = "models/vision/größe.ermodel";

    private readonly Peer _peer = Peer.SecureSystemsLib();
    private readonly TempDirectory _directory = new();

    public void Dispose()
    {
        _peer.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    [InlineData("ed25519")]
    [InlineData("rsa", "ecdsa", "ed25519")]
    public async Task A_repository_that_it_signed_is_trusted_by_ours(params string[] kinds)
    {
        var files = SignRepository(kinds, digests: true);

        var found = await NewClient(files).FindAsync();

        Assert.Equal((Delegated, 5L), (found.Role, found.File.Length));
    }

    [Theory]
    [InlineData("1.root.json")]
    [InlineData("timestamp.json")]
    [InlineData("1.snapshot.json")]
    [InlineData("1.targets.json")]
    [InlineData("1.models%2Fvision.json")]
    public async Task One_signature_less_than_it_made_is_refused(string name)
    {
        var files = SignRepository(["ecdsa", "ed25519"], digests: false);
        var role = Uri.UnescapeDataString(name.Replace("1.", "", StringComparison.Ordinal)[..^5]);
        var envelope = Envelope.Parse(role, files[name]);
        files[name] = Envelope.Build(role, envelope.Signed, [envelope.Signatures[1]]).Raw.ToArray();

        var error = await Assert.ThrowsAsync<MetadataException>(() => NewClient(files).FindAsync());

        Assert.Equal((TrustFailure.ThresholdNotMet, role), (error.Failure, error.Role));
    }

    [Theory]
    [InlineData(CryptoKeyKind.EcdsaP256)]
    [InlineData(CryptoKeyKind.RsaPss)]
    [InlineData(CryptoKeyKind.Ed25519)]
    public void What_we_sign_verifies_there(CryptoKeyKind kind)
    {
        using var key = KeyPair.Generate(kind);
        var signed = JsonParser.Parse("""{"b":1,"a":["ö\n\"\\",null,true],"😀":{"z":-1}}"""u8);
        var signature = JsonTree.Of(Convert.ToHexStringLower(key.Sign(CanonicalJson.Encode(signed))));

        Assert.True(Verifies(key, signature, signed));
        Assert.False(Verifies(key, signature, signed.With("b", JsonTree.Of(2))));
    }

    private bool Verifies(KeyPair key, JsonTree signature, JsonTree signed) => _peer.Ask(Peer.Request("verify", ("key", key.PublicKey.Source),
        ("keyid", JsonTree.Of(key.PublicKey.KeyId)), ("sig", signature), ("signed", signed))).Find("verified")!.Boolean;

    private Dictionary<string, byte[]> SignRepository(string[] kinds, bool digests)
    {
        var roles = (string[])[RoleNames.Root, RoleNames.Timestamp, RoleNames.Snapshot, RoleNames.Targets, Delegated];
        var answer = _peer.Ask(Peer.Request("repository", ("kinds", JsonTree.Of(roles.ToDictionary(r => r, _ => JsonTree.OfTexts(kinds), StringComparer.Ordinal))),
            ("digests", JsonTree.Of(digests)), ("delegated", JsonTree.Of(Delegated)), ("path", JsonTree.Of(Target)), ("content", JsonTree.Of(Convert.ToBase64String("model"u8))),
            ("expires", JsonTree.Of("2026-01-31T00:00:00Z"))));
        return answer.Find("files")!.Members.ToDictionary(f => f.Key, f => Convert.FromBase64String(f.Value.Text), StringComparer.Ordinal);
    }

    private PythonDevice NewClient(Dictionary<string, byte[]> files) => new(_directory.File("state"), files);

    /// <summary>A device whose repository is a dictionary.</summary>
    private sealed class PythonDevice(string state, Dictionary<string, byte[]> files) : IMetadataFetcher
    {
        public ValueTask<FetchResult> FetchAsync(string name, int maxBytes, CancellationToken cancellationToken) =>
            ValueTask.FromResult(files.TryGetValue(name, out var bytes) ? FetchResult.Found(bytes) : FetchResult.NotFound);

        internal async Task<TargetMatch> FindAsync()
        {
            var store = new MetadataStore(state);
            store.Provision(files["1.root.json"]);
            var clock = new TrustClock(new ManualTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), DateTimeOffset.UnixEpoch, () => true);
            var client = new TufClient(store, this, clock);
            await client.RefreshAsync(CancellationToken.None);
            return await client.FindTargetAsync(Target, CancellationToken.None);
        }
    }
}
