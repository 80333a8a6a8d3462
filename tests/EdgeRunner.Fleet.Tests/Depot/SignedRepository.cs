using System.Security.Cryptography;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>A published repository with all its keys at hand, and releases of random bytes with their chunk indexes.</summary>
internal sealed class SignedRepository : IDisposable
{
    internal const int ChunkBytes = 16 << 10;

    private readonly TempDirectory _directory = new();
    private readonly KeyPair _root = KeyPair.Generate(CryptoKeyKind.Ed25519);
    private readonly KeyPair _team = KeyPair.Generate(CryptoKeyKind.Ed25519);
    private readonly TimeProvider _time;

    private SignedRepository(TimeProvider time) => _time = time;

    internal string Path => _directory.File("repo");

    internal string OnlineKeys => _directory.File("online");

    internal RepositoryLayout Layout => new(Path);

    internal static async Task<SignedRepository> MakeAsync(TimeProvider? time = null)
    {
        var made = new SignedRepository(time ?? TimeProvider.System);
        var plan = new NewRepository(Role(made._root), Role(made._root), made.Online("snapshot"), made.Online("timestamp"),
            [new NewDelegation("models/main", Role(made._team), ["models/*/*"]), new NewDelegation("rollout", made.Online("rollout"), ["rollout/*"], Online: true)],
            new RepositorySettings(1, made.OnlineKeys, ["rollout"], RepositorySettings.DefaultLifetimeDays));
        using var repository = TufRepository.Create(made.Path, plan, made._time);
        await made.PublishAsync(repository);
        return made;
    }

    public void Dispose()
    {
        _directory.Dispose();
        _root.Dispose();
        _team.Dispose();
    }

    internal string File(string name) => _directory.File(name);

    internal byte[] Timestamp() => System.IO.File.ReadAllBytes(Layout.RoleFile(RoleNames.Timestamp, 0));

    internal long TimestampVersion() => RepositoryContent.Read(Layout).Timestamp!.Header.Version;

    /// <summary>Publishes a release of random bytes, and the index of its chunks.</summary>
    internal async Task<SignedRelease> AddAsync(string version, int bytes)
    {
        var content = RandomNumberGenerator.GetBytes(bytes);
        var target = $"models/vision/{version}.ermodel";
        var chunks = content.Chunk(ChunkBytes).Select(c => (c.Length, SHA256.HashData(c))).ToArray();
        var index = ChunkIndex.Create(target, SHA256.HashData(content), chunks);
        using var repository = TufRepository.Open(Path, _time);
        Add(repository, target, content);
        Add(repository, ChunkIndex.PathOf(target), index.ToBytes());
        await PublishAsync(repository);
        var indexSha256 = Convert.ToHexStringLower(SHA256.HashData(index.ToBytes()));
        return new SignedRelease($"models/vision/{index.Sha256}.{version}.ermodel", $"models/vision/{indexSha256}.{version}.chunks", indexSha256, content, index);
    }

    /// <summary>Publishes any small target.</summary>
    /// <returns>The name that it is fetched by.</returns>
    internal async Task<string> AddAsync(string target, byte[] content)
    {
        using var repository = TufRepository.Open(Path, _time);
        Add(repository, target, content);
        await PublishAsync(repository);
        var slash = target.LastIndexOf('/') + 1;
        return $"{target[..slash]}{Convert.ToHexStringLower(SHA256.HashData(content))}.{target[slash..]}";
    }

    private void Add(TufRepository repository, string target, byte[] content)
    {
        System.IO.File.WriteAllBytes(_directory.File("content"), content);
        repository.AddTarget(role: null, target, _directory.File("content"), custom: null, expectedSha256: null);
    }

    private async Task PublishAsync(TufRepository repository)
    {
        await repository.SignAsync([_root, _team, .. repository.Online.Signers], roles: null, CancellationToken.None);
        Assert.Empty((await repository.PublishAsync(CancellationToken.None)).Waiting);
    }

    private NewRole Online(string name)
    {
        using var key = KeyPair.Generate(CryptoKeyKind.Ed25519);
        Directory.CreateDirectory(OnlineKeys);
        System.IO.File.WriteAllText(System.IO.Path.Combine(OnlineKeys, name + ".pem"), key.ToPem());
        return Role(key);
    }

    private static NewRole Role(KeyPair key) => new([key.PublicKey], 1);
}
