using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Offline;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>A stick with a signed repository beside a box whose daemon does not run. The child process of the probe is left out: the tests' program is none.</summary>
public sealed class OfflineUpdateTests : IAsyncLifetime, IDisposable
{
    private const string Group = "line-1";

    private readonly PipelineRig _rig = new();
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _said = [];
    private SignedRepository _stick = null!;

    private UpdateStores Stores => UpdateStores.In(_rig.Directory.Path, _time, _said.Add);

    public async Task InitializeAsync()
    {
        _stick = await SignedRepository.CreateAsync(_time);
        _rig.Store.Install(TinyModels.Pack(_rig, "identity_float32", "1.0.0"), activate: true);
        await _stick.AddReleaseAsync("tiny", "1.1.0", 2, await File.ReadAllBytesAsync(TinyModels.Pack(_rig, "identity_float32", "1.1.0")));
        await _stick.SetDesiredAsync(SignedRepository.Desired(Group, "tiny", "1.1.0", 2));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _stick.Dispose();
        _rig.Dispose();
    }

    [Fact]
    public async Task Release_from_a_stick_comes_as_far_as_the_trial_which_the_next_start_takes_up()
    {
        var answer = await Update(ProbeReason.Ok).InstallAsync(_stick.Path, retry: false, default);

        Assert.Equal("tiny: 1.1.0 is here and has passed its probe; the daemon swaps it in and watches it at its next start: systemctl start edgerunner", answer.Words);
        Assert.True(answer.Done);
        Assert.Equal("1.0.0", _rig.Store.InUse("tiny"));
        Assert.NotNull(_rig.Store.FindBundle("tiny", "1.1.0"));
        var record = Stores.States.Read("tiny");
        Assert.Equal((UpdatePhase.Trial, "1.1.0", true), (record.Phase, record.Target!.Version, record.CleanStop));

        // Once more changes nothing, and the start of a daemon takes it for a trial that was stopped in order.
        Assert.Equal(answer, await Update(ProbeReason.Ok).InstallAsync(_stick.Path, retry: false, default));
        var stores = Stores;
        new UpdateRecovery(
            stores.States, new UpdateLedger(stores.States, stores.History, stores.Denied, stores.Bundles, 2, new NoCheckpoints()), stores.Bundles, BootId.Read(), _said.Add).Run();
        Assert.Equal(UpdatePhase.Trial, Stores.States.Read("tiny").Phase);
        Assert.Empty(_said);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // The trial of the first model was handed over by an earlier command.
    public async Task Command_that_is_killed_while_it_takes_another_model_denies_nothing_of_the_first(bool isSecondTime)
    {
        if (isSecondTime) Assert.True((await Update(ProbeReason.Ok).InstallAsync(_stick.Path, retry: false, default)).Done);
        await _stick.AddReleaseAsync("zulu", "1.0.0", 1, await File.ReadAllBytesAsync(TinyModels.Pack(_rig, "identity_float32", "1.0.0", model: "zulu")));
        var desired = SignedRepository.Desired(Group, "tiny", "1.1.0", 2);
        await _stick.SetDesiredAsync(desired with { Models = desired.Models.Concat(SignedRepository.Desired(Group, "zulu", "1.0.0", 1).Models).ToDictionary(StringComparer.Ordinal) });
        using var killed = new TempDirectory();
        var update = Update(new Verdict(ProbeReason.Ok)
        {
            Runs = path =>
            {
                // What a SIGKILL at this moment leaves on the disk.
                if (path.Contains("zulu", StringComparison.Ordinal)) Copy(Path.Combine(_rig.Directory.Path, "updates"), killed.File("updates"));
            },
        });

        Assert.True((await update.InstallAsync(_stick.Path, retry: false, default)).Done);

        Assert.Equal(UpdatePhase.Trial, Stores.States.Read("zulu").Phase);
        var stores = UpdateStores.In(killed.Path, _time, _said.Add);
        Assert.Equal(UpdatePhase.Trial, stores.States.Read("tiny").Phase);
        new UpdateRecovery(
            stores.States, new UpdateLedger(stores.States, stores.History, stores.Denied, stores.Bundles, 2, new NoCheckpoints()), stores.Bundles, BootId.Read(), _said.Add).Run();
        Assert.Equal((UpdatePhase.Trial, 0), (stores.States.Read("tiny").Phase, stores.States.Read("tiny").Interruptions));
        Assert.Empty(stores.Denied.List());
        Assert.Empty(_said);
    }

    [Fact]
    public async Task Trial_that_a_command_hands_over_runs_in_no_boot()
    {
        Assert.True((await Update(ProbeReason.Ok).InstallAsync(_stick.Path, retry: false, default)).Done);
        // Killed between the state and the mark beside it: as when power is lost, and not as a crash of what was never loaded.
        var stores = Stores;
        stores.States.Write(stores.States.Read("tiny") with { CleanStop = false }, counts: false);

        new UpdateRecovery(
            stores.States, new UpdateLedger(stores.States, stores.History, stores.Denied, stores.Bundles, 2, new NoCheckpoints()), stores.Bundles, BootId.Read(), _said.Add).Run();

        Assert.Equal(UpdatePhase.Trial, Stores.States.Read("tiny").Phase);
        Assert.Empty(Stores.Denied.List());
    }

    [Fact]
    public async Task Release_that_fails_its_probe_is_refused_beside_the_box_and_not_tried_again_by_itself()
    {
        var answer = await Update(ProbeReason.GoldenMismatch).InstallAsync(_stick.Path, retry: false, default);

        Assert.False(answer.Done);
        Assert.StartsWith("tiny: 1.1.0 was refused, 1.0.0 goes on: golden-mismatch: ", answer.Words, StringComparison.Ordinal);
        Assert.Equal((UpdatePhase.Rejected, "1.0.0"), (Stores.States.Read("tiny").Phase, _rig.Store.InUse("tiny")));
        Assert.Equal(UpdateReasons.Denied, (await Update(ProbeReason.Ok).InstallAsync(_stick.Path, retry: false, default)).Code);
        Assert.True((await Update(ProbeReason.Ok).InstallAsync(_stick.Path, retry: true, default)).Done);
    }

    [Fact]
    public async Task Version_on_trial_goes_back_when_the_release_of_the_stick_meets_an_obstacle()
    {
        // The daemon was stopped during the trial of 1.1.0, which serves.
        Assert.True((await Update(ProbeReason.Ok).InstallAsync(_stick.Path, retry: false, default)).Done);
        _rig.Store.Activate("tiny", "1.1.0");
        var next = await File.ReadAllBytesAsync(TinyModels.Pack(_rig, "identity_float32", "1.2.0"));
        await _stick.AddReleaseAsync("tiny", "1.2.0", 3, next);
        await _stick.SetDesiredAsync(SignedRepository.Desired(Group, "tiny", "1.2.0", 3));
        Stores.Denied.Add(new DeniedRelease(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(next)), "tiny", "1.2.0", UpdateReasons.TrialErrors, "it was bad", _time.GetUtcNow()));

        var answer = await Update(ProbeReason.Ok).InstallAsync(_stick.Path, retry: false, default);

        Assert.Equal((false, UpdateReasons.Denied), (answer.Done, answer.Code));
        Assert.Equal("1.0.0", _rig.Store.InUse("tiny"));
        Assert.Equal((UpdatePhase.Rejected, "1.2.0"), (Stores.States.Read("tiny").Phase, Stores.States.Read("tiny").Target!.Version));
        Assert.Equal([UpdateReasons.Superseded, UpdateReasons.Denied], Stores.History.Read("tiny").Select(entry => entry.Code));
    }

    [Fact]
    public async Task Dry_run_of_a_stick_tells_and_takes_nothing()
    {
        var answer = await Update(ProbeReason.Ok).DryRunAsync(_stick.Path, default);

        Assert.Matches(@"^tiny: 1\.1\.0 would be taken, [0-9.]+ MiB of [0-9.]+ MiB fetched$", answer.Words);
        Assert.Equal(["1.0.0"], _rig.Store.VersionsOf("tiny"));
        Assert.Equal(UpdatePhase.Idle, Stores.States.Read("tiny").Phase);
    }

    [Fact]
    public async Task Directory_that_holds_no_repository_is_said()
    {
        using var empty = new TempDirectory();

        var answer = await Update(ProbeReason.Ok).InstallAsync(empty.Path, retry: false, default);

        Assert.Equal((false, UpdateReasons.Unavailable), (answer.Done, answer.Code));
        Assert.Contains(empty.Path, answer.Words, StringComparison.Ordinal);
    }

    private static void Copy(string from, string to)
    {
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Append(from)) Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories)) File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }

    private OfflineUpdate Update(ProbeReason reason) => Update(new Verdict(reason));

    private OfflineUpdate Update(Verdict verdict) => new(
        new DeviceConfiguration
        {
            Device = new DeviceOptions { Id = "device-1", Fleet = "test" },
            Storage = new StorageOptions { StateDirectory = _rig.Directory.Path },
            Updates = new UpdateOptions { Group = Group, RootFile = _stick.RootFile, Sources = [_stick.Path], TrustSystemClock = true },
        },
        _time, _said.Add, verdict);

    private sealed class Verdict(ProbeReason reason) : IReleaseProbe
    {
        public Action<string> Runs { get; init; } = _ => { };

        public Task<ProbeReport> RunAsync(string bundlePath, CancellationToken cancellationToken)
        {
            Runs(bundlePath);
            return Task.FromResult(UpdateStory.ReportOf(bundlePath, reason));
        }
    }
}
