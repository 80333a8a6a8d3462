using System.Diagnostics;
using System.Security.Cryptography;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.TestSupport;

/// <summary>A real repository on disk with all its keys: root and targets 1 of 1, the team <see cref="Team"/> for all models, <c>rollout</c> and the rest online. Linked into the
/// test projects that want one: <c>&lt;Compile Include="../SignedRepository.cs" Link="SignedRepository.cs" /&gt;</c>.</summary>
/// <remarks>Releases are cut into pieces of 64 KiB, which any reader must take; the rule that cuts well is in <c>edgefleet model add</c>.</remarks>
internal sealed class SignedRepository : IDisposable
{
    internal const string Team = "models/main";

    private const int PieceBytes = 64 << 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TempDirectory _directory = new();
    private readonly TimeProvider _timeProvider;
    private readonly string _onlineKeys;
    private readonly List<ISigner> _signers = [];

    private SignedRepository(TimeProvider timeProvider, string? at)
    {
        _timeProvider = timeProvider;
        Path = at ?? _directory.File("repository");
        _onlineKeys = _directory.File("online-keys");
    }

    /// <summary>The repository: <c>metadata/</c> and <c>targets/</c> are below it.</summary>
    internal string Path { get; }

    /// <summary>The first root: what devices are provisioned with.</summary>
    internal string RootFile => Layout.RoleFile("root", 1);

    internal RepositoryLayout Layout => new(Path);

    internal KeyPair RootKey { get; } = KeyPair.Generate(CryptoKeyKind.Ed25519);

    internal KeyPair TargetsKey { get; } = KeyPair.Generate(CryptoKeyKind.Ed25519);

    internal KeyPair TeamKey { get; } = KeyPair.Generate(CryptoKeyKind.Ed25519);

    /// <summary>Where the online keys are; also in the repository's settings.</summary>
    internal string OnlineKeys => _onlineKeys;

    /// <summary>Makes and publishes an empty one.</summary>
    /// <param name="timeProvider">Dates of the metadata; <see cref="TimeProvider.System"/> for daemons that run in processes of their own.</param>
    /// <param name="at">Its directory; null makes one that goes with this.</param>
    /// <param name="moreDelegations">Asked before the team; their keys stay with the caller.</param>
    internal static async Task<SignedRepository> CreateAsync(TimeProvider timeProvider, string? at = null, params (NewDelegation Delegation, KeyPair Key)[] moreDelegations)
    {
        var made = new SignedRepository(timeProvider, at);
        made._signers.AddRange(moreDelegations.Select(more => more.Key));
        var plan = new NewRepository(Role(made.RootKey), Role(made.TargetsKey), Role(made.NewOnlineKey()), Role(made.NewOnlineKey()),
            [.. moreDelegations.Select(more => more.Delegation), new NewDelegation(Team, Role(made.TeamKey), ["models/*/*"]), new NewDelegation("rollout", Role(made.NewOnlineKey()), ["rollout/*"], Online: true)],
            new RepositorySettings(1, made._onlineKeys, ["rollout"], RepositorySettings.DefaultLifetimeDays));
        using var repository = TufRepository.Create(made.Path, plan, timeProvider);
        await made.PublishAsync(repository);
        return made;
    }

    internal static NewRole Role(KeyPair key) => new([key.PublicKey], 1);

    /// <summary>Adds a release as <c>edgefleet model add</c> does: bundle, chunk index, keys when there are some.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="release">Its number.</param>
    /// <param name="bundle">The bytes of the bundle; anything, where nobody opens it.</param>
    /// <param name="custom">Changes the fields that are signed with it.</param>
    /// <param name="index">The index in place of the right one.</param>
    /// <param name="keys">Content of <c>VERSION.keys</c>.</param>
    internal Task AddReleaseAsync(string model, string version, long release, ReadOnlyMemory<byte> bundle, Func<JsonTree, JsonTree>? custom = null, byte[]? index = null, byte[]? keys = null)
    {
        var path = $"models/{model}/{version}.ermodel";
        var fields = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            ["name"] = JsonTree.Of(model),
            ["version"] = JsonTree.Of(version),
            ["release"] = JsonTree.Of(release),
            ["unpacked_bytes"] = JsonTree.Of((long)bundle.Length),
        });
        if (keys is not null) fields = fields.With("encrypted", JsonTree.Of(1));
        return ChangeAsync(repository =>
        {
            repository.AddTarget(role: null, path, Content(bundle.Span), custom is null ? fields : custom(fields), expectedSha256: null);
            repository.AddTarget(role: null, ChunkIndex.PathOf(path), Content(index ?? IndexOf(path, bundle.Span).ToBytes()), custom: null, expectedSha256: null);
            if (keys is not null) repository.AddTarget(role: null, System.IO.Path.ChangeExtension(path, ".keys"), Content(keys), custom: null, expectedSha256: null);
        });
    }

    /// <summary>The index over pieces of 64 KiB.</summary>
    internal static ChunkIndex IndexOf(string path, ReadOnlySpan<byte> content)
    {
        var chunks = new List<(int, byte[])>();
        for (var at = 0; at < content.Length; at += PieceBytes)
        {
            var piece = content[at..Math.Min(content.Length, at + PieceBytes)];
            chunks.Add((piece.Length, SHA256.HashData(piece)));
        }

        return ChunkIndex.Create(path, SHA256.HashData(content), chunks);
    }

    /// <summary>Publishes what a group is to run; replaces what was said before.</summary>
    internal Task SetDesiredAsync(DesiredState state) => SetDesiredAsync(state.Group, RolloutDocument.ToBytes(state));

    /// <summary>Publishes any bytes as the desired state of a group.</summary>
    internal Task SetDesiredAsync(string group, ReadOnlyMemory<byte> document) => AddTargetAsync(DesiredState.TargetPath(group), document);

    /// <summary>Publishes any bytes as any target.</summary>
    internal Task AddTargetAsync(string path, ReadOnlyMemory<byte> content) =>
        ChangeAsync(repository => repository.AddTarget(role: null, path, Content(content.Span), custom: null, expectedSha256: null));

    /// <summary>A desired state with one model, for all devices.</summary>
    internal static DesiredState Desired(string group, string model, string version, long release) =>
        new(DesiredState.CurrentFormat, group, new Dictionary<string, DesiredModel>(StringComparer.Ordinal) { [model] = new(version, release, "seed", DesiredModel.AllDevices) });

    /// <summary>Stages something, signs it with all keys and publishes it.</summary>
    internal async Task ChangeAsync(Action<TufRepository> change)
    {
        using var repository = await OpenWhenFreeAsync();
        change(repository);
        await PublishAsync(repository);
    }

    /// <summary>Signs the timestamp and what else is due anew.</summary>
    internal async Task RefreshAsync(bool all = false)
    {
        using var repository = await OpenWhenFreeAsync();
        await repository.RefreshAsync(all, CancellationToken.None);
    }

    /// <summary>Opens and locks it. A depot that serves it may hold the lock for a moment, to see whether it could sign.</summary>
    internal async Task<TufRepository> OpenWhenFreeAsync()
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return TufRepository.Open(Path, _timeProvider);
            }
            catch (RepositoryException e) when (e.Failure is RepositoryFailure.Locked && watch.Elapsed < Patience)
            {
                await Task.Delay(10);
            }
        }
    }

    /// <summary>A path beside the repository, in the directory that goes with this.</summary>
    internal string Beside(string name) => _directory.File(name);

    /// <summary>The file of a published target.</summary>
    internal string TargetFile(string path) => Directory.EnumerateFiles(System.IO.Path.Combine(Layout.Targets, System.IO.Path.GetDirectoryName(path)!), "*." + System.IO.Path.GetFileName(path)).Single();

    public void Dispose()
    {
        RootKey.Dispose();
        TargetsKey.Dispose();
        TeamKey.Dispose();
        _directory.Dispose();
    }

    private async Task PublishAsync(TufRepository repository)
    {
        await repository.SignAsync([RootKey, TargetsKey, TeamKey, .. _signers], roles: null, CancellationToken.None);
        await repository.SignAsync(repository.Online.Signers, roles: null, CancellationToken.None);
        var report = await repository.PublishAsync(CancellationToken.None);
        if (report.Waiting.Count > 0) throw new InvalidOperationException($"not signed: {string.Join(", ", report.Waiting)}");
    }

    private KeyPair NewOnlineKey()
    {
        var key = KeyPair.Generate(CryptoKeyKind.Ed25519);
        Directory.CreateDirectory(_onlineKeys);
        File.WriteAllText(System.IO.Path.Combine(_onlineKeys, key.PublicKey.KeyId[..8] + ".pem"), key.ToPem());
        return key;
    }

    private string Content(ReadOnlySpan<byte> bytes)
    {
        var file = _directory.File("content");
        File.WriteAllBytes(file, bytes);
        return file;
    }
}
