using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Rollouts;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Rollouts;

/// <summary>A real signed repository with releases of a few bytes, and <c>edgefleet</c> on it.</summary>
internal sealed class RolloutRepository(TimeProvider? time = null) : IDisposable
{
    private const string Team = "models/main";

    private readonly TempDirectory _directory = new();
    private readonly KeyPair _people = KeyPair.Generate(CryptoKeyKind.Ed25519);

    internal TimeProvider Time { get; } = time ?? new ManualTimeProvider();

    internal string Path => _directory.File("repo");

    internal string Errors { get; private set; } = "";

    internal RepositoryContent Content => RepositoryContent.Read(new RepositoryLayout(Path));

    internal async Task<RolloutRepository> InitAsync()
    {
        var people = new NewRole([_people.PublicKey], 1);
        var plan = new NewRepository(people, people, Online("snapshot"), Online("timestamp"),
            [new NewDelegation(Team, people, ["models/*/*"]), new NewDelegation("rollout", Online("rollout"), ["rollout/*"], Online: true)],
            new RepositorySettings(1, _directory.File("online"), ["rollout"], RepositorySettings.DefaultLifetimeDays));
        using var repository = TufRepository.Create(Path, plan, Time);
        await PublishAsync(repository);
        return this;
    }

    /// <summary>Publishes a release as <c>model add</c> does.</summary>
    internal async Task AddAsync(string model, string version, long release, long? minRelease = null, bool signed = true, bool index = true, bool encrypted = false, bool keys = false)
    {
        using var repository = TufRepository.Open(Path, Time);
        Stage(repository, model, version, release, minRelease, index, encrypted, keys);
        if (signed)
        {
            await PublishAsync(repository);
        }
    }

    /// <summary>Signs and publishes what is staged.</summary>
    internal async Task PublishAsync()
    {
        using var repository = TufRepository.Open(Path, Time);
        await PublishAsync(repository);
    }

    internal (int Code, string Output) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = FleetCommand.Run([.. args, "-r", Path], Time, output, error);
        Errors = error.ToString();
        return (code, output.ToString());
    }

    /// <summary>Runs a command that must succeed.</summary>
    internal JsonElement Ok(params string[] args)
    {
        var (code, output) = Run([.. args, "--json"]);
        Assert.True(code == ExitCode.Ok, Errors);
        return JsonDocument.Parse(output).RootElement;
    }

    /// <summary>Runs a command that must fail, and gives what it says.</summary>
    internal string Fails(int code, params string[] args)
    {
        var (actual, _) = Run(args);
        Assert.True(code == actual, $"{actual}: {Errors}");
        return Errors;
    }

    internal DesiredModel Desired(string group, string model) => RolloutTargets.Require(Content, group).Models[model];

    public void Dispose() => _directory.Dispose();

    private static IEnumerable<string> TargetsOf(string path, bool index, bool keys) =>
        [path, .. index ? [ChunkIndex.PathOf(path)] : (string[])[], .. keys ? [System.IO.Path.ChangeExtension(path, ".keys")] : (string[])[]];

    private void Stage(TufRepository repository, string model, string version, long release, long? minRelease, bool index, bool encrypted, bool keys)
    {
        var custom = new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["name"] = JsonTree.Of(model), ["version"] = JsonTree.Of(version), ["release"] = JsonTree.Of(release) };
        if (minRelease is { } min)
        {
            custom["min_release"] = JsonTree.Of(min);
        }
        if (encrypted)
        {
            custom["encrypted"] = JsonTree.Of(1);
        }
        var file = _directory.File("content");
        File.WriteAllText(file, $"{model} {version}");
        foreach (var target in TargetsOf($"models/{model}/{version}.ermodel", index, keys))
        {
            repository.AddTarget(role: null, target, file, target.EndsWith(".ermodel", StringComparison.Ordinal) ? JsonTree.Of(custom) : null, expectedSha256: null);
        }
    }

    private async Task PublishAsync(TufRepository repository)
    {
        await repository.SignAsync([_people, .. repository.Online.Signers], roles: null, CancellationToken.None);
        Assert.Empty((await repository.PublishAsync(CancellationToken.None)).Waiting);
    }

    private NewRole Online(string name)
    {
        var key = KeyPair.Generate(CryptoKeyKind.Ed25519);
        Directory.CreateDirectory(_directory.File("online"));
        File.WriteAllText(System.IO.Path.Combine(_directory.File("online"), name + ".pem"), key.ToPem());
        return new NewRole([key.PublicKey], 1);
    }
}
