using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Trust.Tests.Repository;

/// <summary>A repository on disk with all its keys at hand, as a fleet manager has it: root and targets 2 of 3, one team, an online rollout role.</summary>
internal sealed class WrittenRepository : IDisposable
{
    internal const string Team = "models/main";

    private readonly TempDirectory _directory = new();

    internal WrittenRepository(CryptoKeyKind kind = CryptoKeyKind.Ed25519, IRepositoryDisk? disk = null, string? at = null)
    {
        Path = at ?? _directory.File("repo");
        Root = Keys(3, kind);
        Targets = Keys(3, kind);
        TeamKeys = Keys(1, kind);
        Disk = disk ?? RepositoryDisk.Instance;
    }

    internal string Path { get; }

    internal IRepositoryDisk Disk { get; set; }

    internal ManualTimeProvider Time { get; } = new();

    internal List<KeyPair> Root { get; }

    internal List<KeyPair> Targets { get; }

    internal List<KeyPair> TeamKeys { get; }

    internal RepositoryLayout Layout => new(Path);

    internal string OnlineKeys => _directory.File("online");

    public void Dispose() => _directory.Dispose();

    internal static List<KeyPair> Keys(int count, CryptoKeyKind kind = CryptoKeyKind.Ed25519) => [.. Enumerable.Range(0, count).Select(_ => KeyPair.Generate(kind))];

    internal static NewRole Role(IEnumerable<KeyPair> keys, int threshold) => new([.. keys.Select(k => k.PublicKey)], threshold);

    internal string File(string name) => _directory.File(name);

    /// <summary>A new key in the directory of online keys.</summary>
    internal KeyPair NewOnlineKey()
    {
        var key = KeyPair.Generate(CryptoKeyKind.Ed25519);
        Directory.CreateDirectory(OnlineKeys);
        System.IO.File.WriteAllText(System.IO.Path.Combine(OnlineKeys, key.PublicKey.KeyId[..8] + ".pem"), key.ToPem());
        return key;
    }

    internal NewRepository Plan() => new(Role(Root, 2), Role(Targets, 2), Role([NewOnlineKey()], 1), Role([NewOnlineKey()], 1),
        [new NewDelegation(Team, Role(TeamKeys, 1), ["models/*/*"]), new NewDelegation("rollout", Role([NewOnlineKey()], 1), ["rollout/*"], Online: true)],
        new RepositorySettings(1, OnlineKeys, ["rollout"], RepositorySettings.DefaultLifetimeDays));

    /// <summary>Makes, signs and publishes it.</summary>
    internal async Task<WrittenRepository> InitAsync()
    {
        using var repository = TufRepository.Create(Path, Plan(), Time, Disk);
        var report = await SignAndPublishAsync(repository, [.. Root.Take(2), .. Targets.Take(2), .. TeamKeys]);
        Assert.Empty(report.Waiting);
        return this;
    }

    internal TufRepository Open() => TufRepository.Open(Path, Time, onlineKeys: null, Disk);

    internal static async Task<PublishReport> SignAndPublishAsync(TufRepository repository, IReadOnlyList<ISigner> signers)
    {
        await repository.SignAsync(signers, roles: null, CancellationToken.None);
        await repository.SignAsync(repository.Online.Signers, roles: null, CancellationToken.None);
        return await repository.PublishAsync(CancellationToken.None);
    }

    /// <summary>Stages something, signs it and publishes it.</summary>
    internal async Task<PublishReport> ChangeAsync(Action<TufRepository> change, params KeyPair[] signers)
    {
        using var repository = Open();
        change(repository);
        return await SignAndPublishAsync(repository, signers);
    }

    internal Task<PublishReport> AddModelAsync(string name, string content) => ChangeAsync(r => r.AddTarget(role: null, $"models/{name}", Content(content), custom: null, expectedSha256: null), [.. TeamKeys]);

    /// <summary>A file to add.</summary>
    internal string Content(string text)
    {
        var file = _directory.File("content");
        System.IO.File.WriteAllText(file, text);
        return file;
    }

    internal async Task<PublishReport> RefreshAsync(bool all = false)
    {
        using var repository = Open();
        return await repository.RefreshAsync(all, CancellationToken.None);
    }

    /// <summary>A device that was provisioned with the first root.</summary>
    internal WrittenDevice NewDevice(string name = "device") => new(this, _directory.File(name));

    internal Task<VerifiedRepository> VerifyAsync() => new RepositoryVerifier(Layout, Time).VerifyAsync(initialRoot: null, CancellationToken.None);

    internal async Task AssertValidAsync()
    {
        var verified = await VerifyAsync();
        Assert.Empty(verified.Problems);
    }
}

/// <summary>A device that reads a <see cref="WrittenRepository"/>; every refresh is by a new client, as after a restart.</summary>
internal sealed class WrittenDevice
{
    private readonly WrittenRepository _repository;
    private readonly string _directory;

    internal WrittenDevice(WrittenRepository repository, string directory)
    {
        (_repository, _directory) = (repository, directory);
        Store = new MetadataStore(System.IO.Path.Combine(directory, "state"));
        Store.Provision(System.IO.File.ReadAllBytes(repository.Layout.RoleFile(RoleNames.Root, 1)));
    }

    internal MetadataStore Store { get; }

    internal async Task<RefreshResult> RefreshAsync() => await NewClient().RefreshAsync(CancellationToken.None);

    /// <summary>Fetches a target as an update would.</summary>
    internal async Task<string> DownloadAsync(string path)
    {
        var client = NewClient();
        await client.RefreshAsync(CancellationToken.None);
        var match = await client.FindTargetAsync(path, CancellationToken.None);
        var file = System.IO.Path.Combine(_directory, "download");
        await new TargetDownloader(new RepositoryFolder(_repository.Layout), _repository.Time).DownloadAsync(match, file, CancellationToken.None);
        return await System.IO.File.ReadAllTextAsync(file);
    }

    private TufClient NewClient() => new(Store, new RepositoryFolder(_repository.Layout), new TrustClock(_repository.Time, DateTimeOffset.UnixEpoch, () => true));
}
