using EdgeRunner.Device.Updates.States;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Updates.States;

public sealed class UpdateStoreTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private readonly TempDirectory _state = new();
    private readonly List<string> _said = [];
    private readonly ManualTimeProvider _time = new(Now);
    private readonly UpdateStore _store;

    public UpdateStoreTests() => _store = new UpdateStore(_state.Path, _time, _said.Add);

    public void Dispose() => _state.Dispose();

    [Fact]
    public void State_is_read_back_as_it_was_written_with_the_moment_its_phase_began()
    {
        var record = Record() with { Trial = new() { Windows = 5, MaxDrift = 0.5 }, PeakBytes = 7, BootId = "b", CleanStop = true, Denies = true, MinRelease = 3, Known = [Known("1.0.0")], Attempts = 2 };
        var written = _store.Write(record);
        Assert.Equal((1, Now), (written.Writes, written.Since));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((2, Now), (_store.Write(written).Writes, _store.Read("vision").Since));
        var next = _store.Write(_store.Read("vision") with { Phase = UpdatePhase.RollingBack });
        Assert.Equal((3, Now.AddMinutes(1)), (next.Writes, next.Since));

        var read = _store.Read("vision");
        Assert.Equal(next with { Known = [] }, read with { Known = [] });
        Assert.Equal(next.Known, read.Known);
        Assert.Contains("\"phase\":\"rolling-back\"", File.ReadAllText(_state.File("updates/models/vision/state.json")), StringComparison.Ordinal);
        Assert.Equal(["vision"], _store.Models());
        Assert.Empty(_said);
    }

    [Fact]
    public void Damaged_state_is_set_aside_and_said_and_counts_as_idle_wherever_the_damage_is()
    {
        _store.Write(Record());
        var path = _state.File("updates/models/vision/state.json");
        var good = File.ReadAllBytes(path);
        var setAside = 0;
        Prop.ForAll(Gen.Choose(0, good.Length - 1).Zip(Gen.Choose(1, 255)).ToArbitrary(), damage =>
        {
            var bad = (byte[])good.Clone();
            bad[damage.Item1] ^= (byte)damage.Item2;
            File.WriteAllBytes(path, bad);
            var record = _store.Read("vision"); // Never throws.
            if (record.Phase == UpdatePhase.Idle && !File.Exists(path)) setAside++;
            Assert.Equal("vision", record.Model);
        }).QuickCheckThrowOnFailure();
        Assert.True(setAside > 0);

        for (var length = 0; length < good.Length; length += 7)
        {
            File.WriteAllBytes(path, good[..length]);
            Assert.Equal(UpdatePhase.Idle, _store.Read("vision").Phase);
            Assert.True(File.Exists(path + ".damaged"));
            Assert.False(File.Exists(path));
        }

        Assert.Contains("state.json is damaged and was set aside as state.json.damaged", _said[^1], StringComparison.Ordinal);
        File.WriteAllText(path, """{"format":2,"model":"vision","phase":"trial"}""");
        Assert.Equal(UpdatePhase.Idle, _store.Read("vision").Phase);
        Assert.EndsWith("it is of another format", _said[^1], StringComparison.Ordinal);
        Assert.Equal(UpdatePhase.Trial, _store.Write(Record()).Phase);
    }

    [Fact]
    public void State_that_cannot_be_read_now_stays_where_it_is()
    {
        var written = _store.Write(Record());
        var path = _state.File("updates/models/vision/state.json");
        // Held without sharing: .NET refuses to open it, as the kernel does when there are no descriptors left.
        using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) Assert.Throws<IOException>(() => _store.Read("vision"));

        Assert.Equal(written.Phase, _store.Read("vision").Phase);
        Assert.False(File.Exists(path + ".damaged"));
        Assert.Empty(_said);
    }

    [Fact]
    public void Name_that_would_climb_out_of_the_directory_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _store.Read("../vision"));
        Assert.Throws<ArgumentException>(() => _store.Write(new UpdateRecord("..", UpdatePhase.Idle)));
    }

    [Fact]
    public void Who_only_looks_leaves_a_damaged_file_for_the_daemon_to_find()
    {
        _store.Write(Record());
        var files = new[] { _state.File("updates/models/vision/state.json"), _state.File("updates/deny.json"), _state.File("updates/pins.json") };
        foreach (var file in files) File.WriteAllText(file, "[");

        var looker = Device.Updates.UpdateStores.In(_state.Path, _time, _said.Add, setsAside: false);
        Assert.Equal(UpdatePhase.Idle, looker.States.Read("vision").Phase);
        Assert.Empty(looker.Denied.List());
        Assert.Empty(looker.Pins.List());

        Assert.All(files, file => Assert.True(File.Exists(file)));
        Assert.Equal(3, _said.Count(words => words.Contains("is damaged", StringComparison.Ordinal) && words.Contains("the daemon sets it aside", StringComparison.Ordinal)));
    }

    [Fact]
    public void History_that_the_disk_does_not_give_back_keeps_no_update_from_its_end()
    {
        var history = new UpdateHistory(_store);
        history.Add(Entry(0));
        BundleDamage.Lose(_state.File("updates/models/vision/history.jsonl"));

        history.Add(Entry(1));

        Assert.Contains("damaged lines of", Assert.Single(_said), StringComparison.Ordinal);
        Assert.Equal(["1.0.0"], history.Read("vision").Select(entry => entry.Version));
    }

    [Fact]
    public void History_survives_a_torn_line_tells_nothing_twice_and_is_bounded()
    {
        var history = new UpdateHistory(_store);
        Assert.Empty(history.Read("vision"));
        history.Add(Entry(0));
        history.Add(Entry(0));
        using (var file = File.OpenWrite(_state.File("updates/models/vision/history.jsonl")))
        {
            file.Seek(0, SeekOrigin.End);
            file.Write("{\"at\":\"2026-11-2"u8);
        }

        history.Add(Entry(1));
        Assert.Contains("1 damaged lines of", Assert.Single(_said), StringComparison.Ordinal);
        Assert.Equal(["0.0.0", "1.0.0"], history.Read("vision").Select(entry => entry.Version));
        for (var i = 2; i < UpdateHistory.MaxEntries + 10; i++) history.Add(Entry(i));
        var versions = history.Read("vision").Select(entry => entry.Version).ToList();
        Assert.InRange(versions.Count, UpdateHistory.MaxEntries / 2, UpdateHistory.MaxEntries);
        Assert.Equal($"{UpdateHistory.MaxEntries + 9}.0.0", versions[^1]);
        Assert.Equal(versions.Count, versions.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Deny_list_keeps_the_first_words_is_bounded_and_is_cleared_by_hand()
    {
        var denied = new DenyList(_store, _said.Add);
        denied.Add(new DeniedRelease("a", "vision", "1.0.0", "golden-mismatch", "first", Now));
        denied.Add(new DeniedRelease("a", "vision", "1.0.0", "trial-crash", "second", Now));
        denied.Add(new DeniedRelease("b", "audio", "1.0.0", "trial-crash", "other", Now));
        Assert.Equal("first", new DenyList(_store, _said.Add).Find("a")!.Reason);
        Assert.Null(denied.Find("c"));
        Assert.Equal(["a"], denied.Clear("vision").Select(entry => entry.Sha256));
        Assert.Equal(["b"], new DenyList(_store, _said.Add).List().Select(entry => entry.Sha256));
        for (var i = 0; i < DenyList.MaxEntries; i++) denied.Add(new DeniedRelease($"{i}", "vision", "1.0.0", "trial-crash", "", Now));
        Assert.Equal(DenyList.MaxEntries, denied.List().Count);
        Assert.Null(denied.Find("b"));

        File.WriteAllText(_state.File("updates/deny.json"), "[");
        Assert.Empty(new DenyList(_store, _said.Add).List());
        Assert.Contains("deny.json is damaged", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Pins_are_kept_by_model()
    {
        var pins = new Pins(_store, _time, _said.Add);
        pins.Set("vision", "1.0.0");
        pins.Set("audio", "2.0.0");
        pins.Set("vision", "1.1.0");
        Assert.Equal([("audio", "2.0.0"), ("vision", "1.1.0")], new Pins(_store, _time, _said.Add).List().Select(pin => (pin.Model, pin.Version)));
        Assert.Equal("1.1.0", pins.Remove("vision"));
        Assert.Null(pins.Remove("vision"));
        Assert.Null(new Pins(_store, _time, _said.Add).Find("vision"));
        Assert.Equal("2.0.0", pins.Find("audio"));
    }

    private static UpdateRecord Record() => new("vision", UpdatePhase.Trial) { Target = Known("1.2.0"), From = "1.1.0" };

    private static KnownRelease Known(string version) => new(version, 3, new string('a', 64), 1234) { BundleSha256 = new string('b', 64) };

    private static HistoryEntry Entry(int number) => new(Now.AddMinutes(number), "vision", $"{number}.0.0", "committed");
}
