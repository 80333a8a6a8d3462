using System.Globalization;
using System.Text;
using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Benchmarks;

/// <summary>A repository in memory: five versions of root, root and targets signed by 2 of 3 keys, three delegations with so many targets each.</summary>
internal sealed class TrustRepository : IMetadataFetcher
{
    internal const int Roots = 5;

    internal static readonly string[] Teams = ["models/vision", "models/audio", "rollout"];

    private static readonly DateTimeOffset Expires = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <param name="targets">In the first team's role; the others have ten.</param>
    /// <param name="hostile">The first team's role is a file that nobody signed, as long and with as many values as a device reads at all.</param>
    internal TrustRepository(int targets, bool hostile)
    {
        string[] top = [RoleNames.Root, RoleNames.Targets, RoleNames.Snapshot, RoleNames.Timestamp];
        var keys = top.Concat(Teams).ToDictionary(r => r, r => Enumerable.Range(0, r is RoleNames.Root or RoleNames.Targets ? 3 : 1)
            .Select(_ => KeyPair.Generate(CryptoKeyKind.EcdsaP256)).ToArray(), StringComparer.Ordinal);
        RoleKeys KeysOf(string role) => new([.. keys[role].Select(k => k.PublicKey.KeyId)], keys[role].Length == 3 ? 2 : 1);
        void Publish(string role, long version, JsonTree signed)
        {
            var message = CanonicalJson.Encode(signed);
            var envelope = Envelope.Build(role, signed, [.. keys[role].Take((int)KeysOf(role).Threshold)
                .Select(k => new MetadataSignature(k.PublicKey.KeyId, Convert.ToHexStringLower(k.Sign(message))))]);
            _files[role is RoleNames.Timestamp ? "timestamp.json" : string.Create(CultureInfo.InvariantCulture, $"{version}.{Uri.EscapeDataString(role)}.json")] =
                envelope.Raw.ToArray();
        }

        var first = Header(1);
        for (var version = 1; version <= Roots; version++)
        {
            Publish(RoleNames.Root, version, MetadataWriter.Root(Header(version), top.SelectMany(r => keys[r]).Select(k => k.PublicKey),
                top.ToDictionary(r => r, KeysOf, StringComparer.Ordinal)));
        }
        foreach (var team in Teams)
        {
            Publish(team, 1, MetadataWriter.Targets(first, Enumerable.Range(0, team == Teams[0] ? targets : 10)
                .ToDictionary(i => PathOf(team, i), i => new TargetFile(i, FileDigests.Of(Encoding.UTF8.GetBytes(PathOf(team, i)))), StringComparer.Ordinal)));
        }
        if (hostile)
        {
            _files["1.models%2Fvision.json"] = Hostile();
        }
        Publish(RoleNames.Targets, 1, MetadataWriter.Targets(first, new Dictionary<string, TargetFile>(StringComparer.Ordinal), new Delegations(
            Teams.SelectMany(t => keys[t]).ToDictionary(k => k.PublicKey.KeyId, k => k.PublicKey, StringComparer.Ordinal),
            [.. Teams.Select(t => new DelegatedRole(t, KeysOf(t), Terminating: true, [t + "/*"], PathHashPrefixes: null))])));
        Publish(RoleNames.Snapshot, 1, MetadataWriter.Snapshot(first, Teams.Append(RoleNames.Targets).ToDictionary(r => r + ".json", _ => new MetaFile(1), StringComparer.Ordinal)));
        Publish(RoleNames.Timestamp, 1, MetadataWriter.Timestamp(first, new MetaFile(1)));
        foreach (var pair in keys.Values.SelectMany(k => k)) pair.Dispose();
    }

    internal byte[] InitialRoot => _files["1.root.json"];

    /// <summary>Bytes of the first team's role.</summary>
    internal int TeamBytes => _files["1.models%2Fvision.json"].Length;

    public ValueTask<FetchResult> FetchAsync(string name, int maxBytes, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_files.TryGetValue(name, out var bytes) ? FetchResult.Found(bytes) : FetchResult.NotFound);

    internal static string PathOf(string team, int number) => string.Create(CultureInfo.InvariantCulture, $"{team}/model-{number}.ermodel");

    private static MetadataHeader Header(long version) => new(MetadataHeader.WrittenSpecVersion, version, Expires);

    private static byte[] Hostile()
    {
        const int Values = JsonParser.MaxValues - 100;
        var text = new StringBuilder("""{"signatures":[],"signed":{"_type":"targets","spec_version":"1.0.0","version":1,"expires":"2100-01-01T00:00:00Z","targets":{},"x":[""");
        // Empty objects: of all values, those with the most memory for each byte.
        text.Insert(text.Length, "{},", Values).Append("1]}}");
        return Encoding.ASCII.GetBytes(text.Append(' ', new TufClientOptions().MaxTargetsBytes - text.Length).ToString());
    }
}
