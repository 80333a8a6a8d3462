using EdgeRunner.Device.ModelStore;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Device.Tests.ModelStore;

public sealed class BundleStoreTests : IDisposable
{
    private readonly TempDirectory _state = new();
    private readonly TempDirectory _bundles = new();
    private readonly BundleStore _store;

    public BundleStoreTests() => _store = new BundleStore(_state.Path);

    public void Dispose()
    {
        _state.Dispose();
        _bundles.Dispose();
    }

    [Fact]
    public void Installed_bundles_are_listed_and_one_version_of_each_is_active()
    {
        Assert.Empty(_store.List());
        Assert.Contains("edgerunner model install FILE.ermodel", Assert.Throws<ModelNotInstalledException>(() => _store.ActiveBundle("iris")).Message, StringComparison.Ordinal);

        _store.Install(Pack("iris", "1.0.0"), activate: true);
        _store.Install(Pack("iris", "1.1.0"), activate: false);
        _store.Install(Pack("wine", "2.0.0"), activate: false);

        Assert.Equal([("iris", "1.0.0", true), ("iris", "1.1.0", false), ("wine", "2.0.0", false)], _store.List().Select(model => (model.Name, model.Version, model.Active)));
        Assert.EndsWith("models/iris/1.0.0.ermodel", _store.ActiveBundle("iris"), StringComparison.Ordinal);
        Assert.Throws<ModelNotInstalledException>(() => _store.ActiveBundle("wine"));
        _store.Activate("iris", "1.1.0");
        Assert.EndsWith("1.1.0.ermodel", _store.ActiveBundle("iris"), StringComparison.Ordinal);
        Assert.Throws<ModelNotInstalledException>(() => _store.Activate("iris", "9.0.0"));
        Assert.EndsWith("1.1.0.ermodel", _store.ActiveBundle("iris"), StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_bundle_is_refused_wherever_the_damage_is_and_nothing_changes()
    {
        _store.Install(Pack("iris", "1.0.0"), activate: true);
        var before = Files();
        var good = File.ReadAllBytes(Pack("iris", "1.1.0"));
        for (var at = 0; at < good.Length; at += Math.Max(1, good.Length / 40))
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 0x10;
            File.WriteAllBytes(_bundles.File("bad"), bad);
            Assert.Throws<BundleException>(() => _store.Install(_bundles.File("bad"), activate: true));
            File.WriteAllBytes(_bundles.File("bad"), good[..at]);
            Assert.Throws<BundleException>(() => _store.Install(_bundles.File("bad"), activate: true));
        }

        Assert.Throws<FileNotFoundException>(() => _store.Install(_bundles.File("none"), activate: true));
        Assert.Equal(before, Files());
    }

    [Fact]
    public void Leftovers_of_a_power_cut_are_never_listed_and_go_with_the_next_install()
    {
        _store.Install(Pack("iris", "1.0.0"), activate: true);
        File.WriteAllText(Path.Combine(_store.Root, "iris", ".new-half"), "half a bundle");
        Assert.Single(_store.List());

        _store.Install(Pack("iris", "1.1.0"), activate: true);

        Assert.Equal(["1.0.0.ermodel", "1.1.0.ermodel", "active", "previous"], Files());
    }

    [Fact]
    public void Installs_at_the_same_time_all_succeed_and_leave_whole_files()
    {
        string[] bundles = [Pack("iris", "1.0.0"), Pack("iris", "1.1.0")];

        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, turn => _store.Install(bundles[turn % 2], activate: true));

        Assert.Equal(["1.0.0.ermodel", "1.1.0.ermodel", "active", "previous"], Files());
        foreach (var model in _store.List()) ModelBundle.Open(model.Path).Dispose();
        Assert.Single(_store.List(), model => model.Active);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    [InlineData("../../etc/passwd")]
    [InlineData("7.7.7")]
    [InlineData("1.0.0\nand more")]
    public void Garbage_in_the_active_file_means_not_installed_and_activating_mends_it(string garbage)
    {
        _store.Install(Pack("iris", "1.0.0"), activate: true);
        File.WriteAllText(Path.Combine(_store.Root, "iris", "active"), garbage);

        Assert.Throws<ModelNotInstalledException>(() => _store.ActiveBundle("iris"));
        Assert.False(Assert.Single(_store.List()).Active);
        _store.Activate("iris", "1.0.0");
        Assert.True(Assert.Single(_store.List()).Active);
    }

    [Fact]
    public void Version_to_return_to_is_the_last_one_in_use_before_and_outlives_the_store()
    {
        foreach (var version in (string[])["1.0.0", "1.1.0", "1.2.0"]) _store.Install(Pack("iris", version), activate: true);

        var later = new BundleStore(_state.Path);
        Assert.Equal(["1.1.0", "1.0.0"], later.PreviousVersions("iris"));
        Assert.Equal("1.1.0", Assert.Single(later.List(), model => model.Previous).Version);
        Assert.Equal("1.2.0", later.InUse("iris"));
        Assert.Null(later.PreviousVersion("wine"));
        later.Activate("iris", "1.2.0"); // Not a change.
        Assert.Equal("1.1.0", later.PreviousVersion("iris"));
        later.Activate("iris", "1.0.0");
        Assert.Equal(["1.2.0", "1.1.0"], later.PreviousVersions("iris"));
    }

    [Fact]
    public void Version_that_was_given_up_is_not_the_one_to_return_to()
    {
        foreach (var version in (string[])["1.0.0", "1.1.0", "1.2.0"]) _store.Install(Pack("iris", version), activate: true);

        _store.Return("iris", "1.1.0");

        Assert.Equal("1.1.0", _store.InUse("iris"));
        Assert.Equal("1.0.0", _store.PreviousVersion("iris"));
        Assert.Throws<ModelNotInstalledException>(() => _store.Return("iris", "7.0.0"));
        _store.Activate("iris", "1.2.0");
        Assert.Equal("1.1.0", _store.PreviousVersion("iris"));
    }

    [Fact]
    public void Power_cut_between_previous_and_active_forgets_neither()
    {
        _store.Install(Pack("iris", "1.0.0"), activate: true);
        _store.Install(Pack("iris", "1.1.0"), activate: true);
        var active = File.ReadAllText(Path.Combine(_store.Root, "iris", "active"));
        _store.Install(Pack("iris", "1.2.0"), activate: true);
        File.WriteAllText(Path.Combine(_store.Root, "iris", "active"), active); // The cut: previous is written, active is not.

        Assert.Equal(("1.1.0", "1.0.0"), (_store.InUse("iris"), _store.PreviousVersion("iris")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    [InlineData("../../etc/passwd\n.hidden\n\n")]
    [InlineData("9.9.9\n")]
    public void Garbage_in_the_previous_file_is_no_version(string garbage)
    {
        _store.Install(Pack("iris", "1.0.0"), activate: true);
        File.WriteAllText(Path.Combine(_store.Root, "iris", "previous"), garbage);

        Assert.Null(_store.PreviousVersion("iris"));
        _store.Install(Pack("iris", "1.1.0"), activate: true);
        Assert.Equal("1.0.0", _store.PreviousVersion("iris"));
    }

    [Fact]
    public void Version_in_use_and_the_one_to_return_to_are_never_removed()
    {
        foreach (var version in (string[])["1.0.0", "1.1.0", "1.2.0"]) _store.Install(Pack("iris", version), activate: true);

        Assert.Equal("iris 1.2.0 is in use", _store.Remove("iris", "1.2.0"));
        Assert.Equal("iris 1.1.0 is the version to return to", _store.Remove("iris", "1.1.0"));
        Assert.Null(_store.Remove("iris", "1.0.0"));
        Assert.Null(_store.Remove("iris", "1.0.0"));
        Assert.Null(_store.Remove("iris", "../1.0.0"));
        Assert.Equal(["1.1.0", "1.2.0"], _store.VersionsOf("iris"));
        _store.Return("iris", "1.1.0");
        Assert.Null(_store.Remove("iris", "1.2.0"));
        Assert.Null(_store.PreviousVersion("iris"));
    }

    [Fact]
    public void Directory_that_cannot_be_read_does_not_hide_the_others()
    {
        _store.Install(Pack("iris", "1.0.0"), activate: true);
        Directory.CreateDirectory(Path.Combine(_store.Root, "broken", "active")); // a directory where a file belongs

        Assert.Equal("iris", Assert.Single(_store.List()).Name);
    }

    private List<string?> Files() => [.. Directory.GetFiles(Path.Combine(_store.Root, "iris")).Select(Path.GetFileName).Order(StringComparer.Ordinal)];

    private string Pack(string name, string version)
    {
        var author = Directory.CreateDirectory(_bundles.File($"{name}-{version}")).FullName;
        File.Copy(TestPaths.Model("double"), Path.Combine(author, "double.onnx"));
        File.WriteAllText(Path.Combine(author, "model.json"), $$"""
            { "format": 1, "name": "{{name}}", "version": "{{version}}", "license": "MIT",
              "inputs": [ { "name": "x", "type": "float32", "shape": [1, 4] } ], "outputs": [ { "name": "y", "type": "float32", "shape": [1, 4] } ],
              "graph": [ { "step": "onnx", "name": "double", "file": "double.onnx", "inputs": { "x": "x" }, "outputs": { "doubled": "y" } } ] }
            """);
        return BundlePacker.Pack(author, _bundles.File($"{name}-{version}.ermodel")).Path;
    }
}
