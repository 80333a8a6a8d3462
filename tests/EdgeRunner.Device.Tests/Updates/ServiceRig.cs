using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Policies;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Messaging.Payloads;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>The service of updates over a signed repository in a directory: real metadata, real downloads, the real machine. What a probe, a swap and a trial say is the
/// test's.</summary>
internal sealed class ServiceRig : IAsyncDisposable
{
    public const string Group = "lab";
    public const string Device = "board-1";

    private readonly TempDirectory _logs = new();
    private readonly List<UpdateReport> _announced = [];
    private StatusLog _statusLog = null!;

    private ServiceRig(SignedRepository repository)
    {
        Repository = repository;
        File.Copy(repository.RootFile, _logs.File("root.json")); // As a device has it: not with the repository.
    }

    public SignedRepository Repository { get; }

    public TempDirectory State { get; } = new();

    public UpdateStory Story { get; private set; } = null!;

    public UpdateService Service { get; private set; } = null!;

    public UpdateParts Parts { get; private set; } = null!;

    public CountedRoads Sticks { get; private set; } = null!;

    public StateBoard States { get; private set; } = null!;

    /// <summary>The time that nobody has set is null.</summary>
    public Func<DateTimeOffset?> Now { get; set; } = () => TimeProvider.System.GetUtcNow();

    public DeviceFacts Facts { get; set; } = new("1.20.0", ["CPUExecutionProvider"], 1L << 30, 2L << 30);

    /// <summary>How long a person's wish waits for a step; 30 s in the daemon.</summary>
    public TimeSpan QuietPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary><c>updates.jitterSeconds</c>.</summary>
    public double JitterSeconds { get; set; }

    public string StatusLogText => File.Exists(_statusLog.FilePath) ? File.ReadAllText(_statusLog.FilePath) : "";

    /// <summary>Phases in their order.</summary>
    public string Phases
    {
        get
        {
            lock (_announced) return string.Join(' ', _announced.Select(report => report.Phase));
        }
    }

    public string? Serves => Story.Bundles.InUse(UpdateStory.Model);

    public UpdateReport? Report => Service.Snapshot()!.Models.FirstOrDefault(model => model.Model is UpdateStory.Model);

    /// <summary>A repository with nothing in it.</summary>
    public static async Task<ServiceRig> CreateAsync() => new(await SignedRepository.CreateAsync(TimeProvider.System));

    /// <summary>Signs a version <c>N.0.0</c> as release N.</summary>
    public Task AddAsync(States.Releases releases, int number, long? minRelease = null, Func<JsonTree, JsonTree>? custom = null) =>
        Repository.AddReleaseAsync(UpdateStory.Model, $"{number}.0.0", number, File.ReadAllBytes(releases.File($"{number}.0.0")),
            fields => (custom?.Invoke(fields) ?? fields) is var all && minRelease is { } min ? all.With("min_release", JsonTree.Of(min)) : custom?.Invoke(fields) ?? fields);

    /// <summary>Signs a limit into release 1, which forbids it.</summary>
    public Task RevokeFirstAsync(long below) => Repository.ChangeAsync(repository => repository.SetCustom(SignedRepository.Team, new Dictionary<string, JsonTree>(StringComparer.Ordinal)
    {
        [$"models/{UpdateStory.Model}/1.0.0.ermodel"] = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            ["name"] = JsonTree.Of(UpdateStory.Model), ["version"] = JsonTree.Of("1.0.0"), ["release"] = JsonTree.Of(1), ["unpacked_bytes"] = JsonTree.Of(1), ["min_release"] = JsonTree.Of(below),
        }),
    }));

    /// <summary>Says what the group is to run.</summary>
    public Task WantAsync(int number, Func<DesiredModel, DesiredModel>? change = null)
    {
        var model = new DesiredModel($"{number}.0.0", number, "seed", DesiredModel.AllDevices);
        return Repository.SetDesiredAsync(new DesiredState(DesiredState.CurrentFormat, Group, new Dictionary<string, DesiredModel>(StringComparer.Ordinal) { [UpdateStory.Model] = change?.Invoke(model) ?? model }));
    }

    /// <summary>Starts the daemon's part: the recovery and then the service.</summary>
    public async Task StartAsync(string story = "success", string boot = "boot-1", string? source = null)
    {
        _statusLog = new StatusLog(_logs.Path, 1 << 20, 0, TimeProvider.System, NullLogger<StatusLog>.Instance);
        States = new StateBoard(_statusLog, TimeProvider.System, NullLogger<StateBoard>.Instance);
        Story = new UpdateStory(State.Path, story, boot);
        Story.Store.Written = Story.Board.Show;
        Story.Board.Announced = report =>
        {
            States.Note($"update {report.Model}", UpdateWords.Of(report));
            lock (_announced) _announced.Add(report);
        };
        Story.Recovery.Run();
        var options = new DeviceConfiguration
        {
            Storage = new StorageOptions { StateDirectory = State.Path },
            Updates = new UpdateOptions { Group = Group, RootFile = _logs.File("root.json"), Sources = [source ?? Repository.Path], TrustSystemClock = true, ReserveBytes = 0 },
        };
        var identity = new DeviceIdentity("test", Device, boot, "1.0");
        Parts = new UpdateParts(
            Story.Store, Story.History, Story.Denied, new Pins(Story.Store, TimeProvider.System, Story.Said.Add), Story.Bundles, Story.Machine,
            new ReleaseCheck(Story.Denied, Story.Bundles, _ => Facts), Story, Sticks = new CountedRoads(new UpdateRoadsFactory(options, identity, Story.Bundles, TimeProvider.System, NullLoggerFactory.Instance)),
            new UpdateSchedule(Device, JitterSeconds, 60, TimeProvider.System), Story.Board,
            new DamagedBundles(Story.Bundles, Story.Store, (model, words, _) => States.Set($"model {model}", ComponentState.Degraded, words)));
        Service = new UpdateService(Parts, new UpdateChecker(Parts, Device, () => Now()), new RetryPauses(0, TimeProvider.System), States, TimeProvider.System, NullLogger<UpdateService>.Instance) { QuietPatience = QuietPatience };
        await Service.StartAsync(default);
    }

    public async Task StopAsync()
    {
        await Service.StopAsync(default);
        Service.Dispose();
        _statusLog.Dispose();
        Service = null!;
    }

    /// <summary>Asks for a check, as a person does.</summary>
    public Task<UpdateAnswer> CheckAsync(bool retry = false) => Service.CheckNowAsync(null, retry, default);

    /// <summary>Waits until a state is durable and announced; at the end of an update, until that is in the history too.</summary>
    public Task UntilAsync(UpdatePhase phase, string version) => UntilAsync(() =>
    {
        lock (_announced)
        {
            if (_announced.Count == 0 || !Is(_announced[^1].Phase, phase.Word()) || !Is(_announced[^1].Version, version)) return false;
        }

        return phase is not (UpdatePhase.Committed or UpdatePhase.Rejected)
            || Story.History.Read(UpdateStory.Model) is { Count: > 0 } entries && Is(entries[^1].Outcome, phase.Word()) && Is(entries[^1].Version, version);
    });

    /// <summary>Waits until these versions are installed and no other: the garbage goes last.</summary>
    public Task UntilInstalledAsync(params string[] versions) => UntilAsync(() => Story.Bundles.VersionsOf(UpdateStory.Model).SequenceEqual(versions, StringComparer.Ordinal));

    private static bool Is(string? a, string b) => string.Equals(a, b, StringComparison.Ordinal);

    public async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 3_000, $"it did not happen in 60 s; the model is {Report}, {Serves} serves; the log:\n{StatusLogText}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Service is not null) await StopAsync();
        Repository.Dispose();
        State.Dispose();
        _logs.Dispose();
    }
}
