using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>A version whose file is not what was installed counts as not installed, and no copy is lost before there is a better one.</summary>
public sealed class DamagedBundlesTests : IDisposable
{
    private const string Model = "tiny";

    private readonly PipelineRig _rig = new();
    private readonly UpdateStore _states;
    private readonly List<string> _told = [];
    private readonly DamagedBundles _damaged;
    private int _found;

    public DamagedBundlesTests()
    {
        _states = new UpdateStore(_rig.Directory.Path, TimeProvider.System, _told.Add);
        _rig.Damaged = _damaged = new DamagedBundles(_rig.Store, _states, (model, words, _) => _told.Add($"{model} {words}")) { Found = () => _found++ };
    }

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Pipeline_whose_version_is_damaged_begins_with_the_good_one_before()
    {
        InstallBoth();
        Damage("2.0.0");

        using var host = _rig.Host(untilDone: false, ("p", TinyModels.Pipeline(_rig, Enumerable.Repeat(1f, 60_000), 1_000)));
        await host.StartAsync(default);

        PipelineRig.Wait(() => host.GetStatus()[0] is { State: ComponentState.Running, Model: "tiny 1.0.0" });
        Assert.Equal("1.0.0", _rig.Store.InUse(Model));
        Assert.True(File.Exists(_rig.Store.SetAsidePath(Model, "2.0.0")));
        Assert.Contains("tiny 2.0.0 is damaged", Assert.Single(_told), StringComparison.Ordinal);
        Assert.Contains("1.0.0 is in use until it is back", _told[0], StringComparison.Ordinal);
        Assert.Equal(1, _found);
        await host.StopAsync(default);
    }

    [Fact]
    public void Damaged_version_is_kept_until_a_good_copy_is_there()
    {
        InstallBoth();
        var bytes = Damage("2.0.0");
        Assert.True(_damaged.TryReplace(Model, Open("2.0.0")));
        Assert.Equal(bytes, File.ReadAllBytes(_rig.Store.SetAsidePath(Model, "2.0.0")));
        Assert.Equal(["2.0.0"], _rig.Store.SetAside(Model));
        Assert.Equal(["1.0.0"], _rig.Store.VersionsOf(Model));

        _rig.Store.Install(TinyModels.Pack(_rig, "identity_float32", "2.0.0"), activate: true);

        Assert.Empty(_rig.Store.SetAside(Model));
        Assert.Equal(("2.0.0", "1.0.0"), (_rig.Store.InUse(Model), _rig.Store.PreviousVersion(Model)));
    }

    [Fact]
    public void Version_that_signed_metadata_forbids_takes_nobodys_place()
    {
        InstallBoth(minRelease: 2);
        Damage("2.0.0");

        Assert.False(_damaged.TryReplace(Model, Open("2.0.0")));

        Assert.Null(_rig.Store.InUse(Model));
        Assert.Contains("tiny 2.0.0 is damaged and was set aside", Assert.Throws<ModelNotInstalledException>(() => _rig.Store.ActiveBundle(Model)).Message, StringComparison.Ordinal);
        Assert.Contains("no other version may take its place", Assert.Single(_told), StringComparison.Ordinal);
        // The next attempt of a pipeline changes and says nothing more.
        Assert.False(_damaged.TryReplace(Model, new ModelNotInstalledException("gone")));
        Assert.Single(_told);
    }

    [Fact]
    public void Damaged_version_before_is_passed_over_for_the_one_before_that()
    {
        _rig.Store.Install(TinyModels.Pack(_rig, "identity_float32", "0.9.0"), activate: true);
        InstallBoth();
        Damage("1.0.0");
        Damage("2.0.0");

        Assert.True(_damaged.TryReplace(Model, Open("2.0.0")));

        Assert.Equal("0.9.0", _rig.Store.InUse(Model));
    }

    [Theory]
    [InlineData("\0\0\0\0")]
    [InlineData("")]
    [InlineData("7.7.7\n")]
    public void Committed_version_comes_back_when_the_file_that_names_it_is_damaged(string garbage)
    {
        InstallBoth();
        File.WriteAllText(Path.Combine(_rig.Store.Root, Model, "active"), garbage);
        var fault = Assert.Throws<ModelNotInstalledException>(() => _rig.Store.ActiveBundle(Model));

        Assert.True(_damaged.TryReplace(Model, fault));

        Assert.Equal("2.0.0", _rig.Store.InUse(Model));
    }

    [Fact]
    public void Version_that_is_as_it_was_installed_is_not_set_aside_whatever_refuses_it()
    {
        InstallBoth();
        var path = _rig.Store.FindBundle(Model, "2.0.0")!;

        Assert.False(_damaged.TryReplace(Model, new BundleException(BundleErrorReason.Structure, path, null, "a newer format, say")));
        Assert.False(_damaged.TryReplace(Model, new BundleException(BundleErrorReason.Digest, "/another/file", null, "of another model")));
        _damaged.Inspect(default);

        Assert.Equal("2.0.0", _rig.Store.InUse(Model));
        Assert.Empty(_told);
    }

    [Fact]
    public void Check_finds_what_a_pipeline_that_runs_does_not_see()
    {
        InstallBoth();
        Damage("2.0.0");

        _damaged.Inspect(default);

        Assert.Equal("1.0.0", _rig.Store.InUse(Model));
        Assert.Contains("was installed", Assert.Single(_told), StringComparison.Ordinal);
        _told.Clear();
        _damaged.Remind();
        Assert.Contains("2.0.0 is damaged and was set aside", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipeline_whose_version_the_disk_does_not_give_back_begins_with_the_good_one_before()
    {
        InstallBoth();
        BundleDamage.Lose(_rig.Store.FindBundle(Model, "2.0.0")!);

        using var host = _rig.Host(untilDone: false, ("p", TinyModels.Pipeline(_rig, Enumerable.Repeat(1f, 60_000), 1_000)));
        await host.StartAsync(default);

        PipelineRig.Wait(() => host.GetStatus()[0] is { State: ComponentState.Running, Model: "tiny 1.0.0" });
        Assert.Contains("tiny 2.0.0 is damaged", Assert.Single(_told), StringComparison.Ordinal);
        Assert.Equal(1, _found);
        await host.StopAsync(default);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // Also when it is the version before that cannot be read.
    public void Version_of_which_a_sector_is_lost_is_damaged(bool isLostBefore)
    {
        _rig.Store.Install(TinyModels.Pack(_rig, "identity_float32", "0.9.0"), activate: true);
        InstallBoth();
        if (isLostBefore) BundleDamage.Lose(_rig.Store.FindBundle(Model, "1.0.0")!);
        var path = _rig.Store.FindBundle(Model, "2.0.0")!;
        BundleDamage.Lose(path);
        var fault = Assert.Throws<IOException>(() => File.ReadAllBytes(path));
        Assert.Equal(5, fault.HResult);

        Assert.True(_damaged.TryReplace(Model, fault));

        Assert.Equal(isLostBefore ? "0.9.0" : "1.0.0", _rig.Store.InUse(Model));
        Assert.Equal(["2.0.0"], _rig.Store.SetAside(Model));
        Assert.Contains(fault.Message, Assert.Single(_told), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5)] // Of a sensor, say: the bundle itself can be read.
    [InlineData(12)] // ENOMEM, EMFILE, EWOULDBLOCK: it passes.
    [InlineData(24)]
    [InlineData(11)]
    public void Version_that_can_be_read_is_not_set_aside_whatever_else_cannot(int errno)
    {
        InstallBoth();

        Assert.False(_damaged.TryReplace(Model, new IOException("it cannot be read", errno)));

        Assert.Equal("2.0.0", _rig.Store.InUse(Model));
        Assert.Empty(_told);
    }

    [Fact]
    public void Check_finds_what_the_disk_does_not_give_back_any_more()
    {
        InstallBoth();
        BundleDamage.Lose(_rig.Store.FindBundle(Model, "2.0.0")!);

        _damaged.Inspect(default);

        Assert.Equal("1.0.0", _rig.Store.InUse(Model));
        Assert.Contains("2.0.0 is damaged (its file cannot be read: ", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public void Committed_version_comes_back_when_the_disk_does_not_give_back_the_file_that_names_it()
    {
        InstallBoth();
        BundleDamage.Lose(Path.Combine(_rig.Store.Root, Model, "active"));
        var fault = Assert.Throws<ModelNotInstalledException>(() => _rig.Store.ActiveBundle(Model));

        Assert.True(_damaged.TryReplace(Model, fault));

        Assert.Equal("2.0.0", _rig.Store.InUse(Model));
    }

    [Fact]
    public void Good_copy_takes_the_place_of_one_that_the_disk_does_not_give_back()
    {
        InstallBoth();
        BundleDamage.Lose(_rig.Store.FindBundle(Model, "1.0.0")!);
        BundleDamage.Lose(_rig.Store.FindBundle(Model, "2.0.0")!);

        _rig.Store.Install(TinyModels.Pack(_rig, "identity_float32", "2.0.0"), activate: true); // by a person
        var fetched = _rig.Directory.File("fetched");
        File.Copy(TinyModels.Pack(_rig, "identity_float32", "1.0.0"), fetched);
        _rig.Store.TakeIn(fetched, Model, "1.0.0", sha256: null); // by an update

        Assert.NotNull(_rig.Store.DigestOf(Model, "1.0.0"));
        Assert.NotNull(_rig.Store.DigestOf(Model, "2.0.0"));
    }

    [Fact]
    public void Version_that_is_back_is_not_damaged_though_the_process_that_brought_it_ended_before_it_had_tidied_up()
    {
        InstallBoth();
        var kept = _rig.Store.SetAsidePath(Model, "2.0.0");
        File.Copy(_rig.Store.FindBundle(Model, "2.0.0")!, kept);

        Assert.Empty(_rig.Store.SetAside(Model));
        _damaged.Remind();

        Assert.Empty(_told);
        Assert.False(File.Exists(kept));
        Assert.Equal(["1.0.0", "2.0.0"], _rig.Store.VersionsOf(Model));
    }

    [Theory]
    [InlineData("2.0.0")]
    [InlineData("3.0.0")] // It was refused, and 2.0.0 serves.
    [InlineData("1.0.0")] // The group went back.
    public void Damaged_version_that_another_has_followed_is_not_missed_at_the_start(string target)
    {
        InstallBoth();
        var record = _states.Read(Model);
        _states.Write(record with { Phase = target is "3.0.0" ? UpdatePhase.Rejected : UpdatePhase.Committed, Target = record.Find(target) ?? record.Target! with { Version = target, Number = 3, Sha256 = new string('3', 64) } });
        if (target is "1.0.0") _rig.Store.Activate(Model, "1.0.0");
        _rig.Store.SetAside(Model, target is "1.0.0" ? "2.0.0" : "1.0.0");

        _damaged.Remind();

        Assert.Empty(_told);
        Assert.Single(_rig.Store.SetAside(Model)); // What is good of it may still spare a download.
    }

    private BundleException Open(string version) => Assert.Throws<BundleException>(() => ModelBundle.Open(_rig.Store.FindBundle(Model, version)!).Dispose());

    private void InstallBoth(long? minRelease = null)
    {
        var known = new List<KnownRelease>();
        foreach (var number in (int[])[1, 2])
        {
            _rig.Store.Install(TinyModels.Pack(_rig, "identity_float32", $"{number}.0.0"), activate: true);
            var digest = _rig.Store.FileDigestOf(Model, $"{number}.0.0")!;
            known.Add(new KnownRelease($"{number}.0.0", number, digest, 1) { BundleSha256 = digest });
        }

        _states.Write(new UpdateRecord(Model, UpdatePhase.Committed) { Target = known[1], Known = known, MinRelease = minRelease });
    }

    private byte[] Damage(string version)
    {
        var path = _rig.Store.FindBundle(Model, version)!;
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        return bytes;
    }
}
