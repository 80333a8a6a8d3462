using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Updates.Trials;

namespace EdgeRunner.Device.Tests.Updates.Trials;

public sealed class ServingHistoryTests : IDisposable
{
    private readonly TempDirectory _state = new();
    private readonly List<string> _said = [];

    private ServingHistory Store => new(_state.Path, _said.Add);

    private string FilePath => Path.Combine(_state.Path, "updates", "models", "tiny", "serving.json");

    public void Dispose() => _state.Dispose();

    [Fact]
    public void What_a_version_did_outlives_the_store_as_it_was()
    {
        Store.Keep("tiny", "1.0.0", [("p", Seen(500, 7_000)), ("q", Seen(100, 9_000))]);
        Store.Keep("tiny", "1.1.0", [("p", Seen(200, 5_000))]);

        var kept = Store.Find("tiny", "1.0.0");
        Assert.Equal(["p", "q"], kept.Keys.Order());
        Assert.Equal((500, 0, 7_000, 7_000), (kept["p"].Windows, kept["p"].Bad, kept["p"].P50Nanoseconds, kept["p"].P99Nanoseconds));
        Assert.Equal(0, kept["p"].Outputs.DistanceOf(PipelineHistory.Of(Seen(500, 1)).Outputs));
        Assert.Equal(200, Store.Find("tiny", "1.1.0")["p"].Windows);
        Assert.Empty(Store.Find("tiny", "9.0.0"));
        Assert.Empty(Store.Find("../tiny", "1.0.0"));
        Assert.Empty(_said);
    }

    [Fact]
    public void Too_few_windows_are_not_kept_and_a_short_look_does_not_replace_a_long_one()
    {
        Store.Keep("tiny", "1.0.0", [("p", Seen(99, 7_000))]);
        Assert.Empty(Store.Find("tiny", "1.0.0"));

        Store.Keep("tiny", "1.0.0", [("p", Seen(5_000, 7_000))]);
        Store.Keep("tiny", "1.0.0", [("p", Seen(4_000, 8_000))]);
        Assert.Equal(7_000, Store.Find("tiny", "1.0.0")["p"].P50Nanoseconds);

        Store.Keep("tiny", "1.0.0", [("p", Seen(20_000, 9_000))]);
        Store.Keep("tiny", "1.0.0", [("p", Seen(10_000, 10_000))]); // Long enough, and newer.
        Assert.Equal(10_000, Store.Find("tiny", "1.0.0")["p"].Windows);
    }

    [Fact]
    public void Only_the_last_versions_are_kept()
    {
        for (var minor = 0; minor < 12; minor++) Store.Keep("tiny", $"1.{minor}.0", [("p", Seen(100, 1_000))]);

        Assert.Empty(Store.Find("tiny", "1.3.0"));
        Assert.NotEmpty(Store.Find("tiny", "1.4.0"));
        Assert.NotEmpty(Store.Find("tiny", "1.11.0"));
    }

    [Fact]
    public void Damaged_file_is_no_history_wherever_the_damage_is_and_the_next_look_mends_it()
    {
        Store.Keep("tiny", "1.0.0", [("p", Seen(500, 7_000))]);
        var good = File.ReadAllBytes(FilePath);
        for (var length = 0; length < good.Length; length += Math.Max(1, good.Length / 25))
        {
            File.WriteAllBytes(FilePath, good[..length]);
            Assert.Empty(Store.Find("tiny", "1.0.0"));
            Store.Keep("tiny", "1.0.0", [("p", Seen(300, 7_000))]);
            Assert.Equal(300, Store.Find("tiny", "1.0.0")["p"].Windows);
        }

        Assert.Contains("is damaged and was set aside", _said[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"format":1,"versions":[{"version":"1.0.0","pipelines":{"p":{"windows":1,"bad":0,"p50Nanoseconds":5,"p99Nanoseconds":4,"outputs":{"scores":{}}}}}]}""")]
    [InlineData("""{"format":1,"versions":[{"version":"1.0.0","pipelines":{"p":{"windows":-1,"bad":0,"p50Nanoseconds":4,"p99Nanoseconds":4,"outputs":{"scores":{}}}}}]}""")]
    [InlineData("""{"format":1,"versions":[{"version":"1.0.0","pipelines":{"p":{"windows":1,"bad":0,"p50Nanoseconds":4,"p99Nanoseconds":4,"outputs":{"scores":{"99999":1}}}}}]}""")]
    [InlineData("""{"format":1,"versions":[{"version":"1.0.0","pipelines":{"p":null}}]}""")]
    [InlineData("""{"format":1,"versions":[null]}""")]
    [InlineData("""{"format":2,"versions":[]}""")]
    public void Numbers_that_cannot_be_are_damage(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, content);

        Assert.Empty(Store.Find("tiny", "1.0.0"));
        Assert.Contains("set aside", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Disk_that_takes_nothing_costs_the_history_and_nothing_else()
    {
        File.WriteAllText(_state.File("updates"), "a file where a directory belongs");

        Store.Keep("tiny", "1.0.0", [("p", Seen(500, 7_000))]);

        Assert.Contains("what tiny has done cannot be kept", Assert.Single(_said), StringComparison.Ordinal);
    }

    private static ServingObservation Seen(int windows, long nanoseconds)
    {
        var seen = new ServingObservation("tiny", "1.0.0", "", ["y"]);
        for (var i = 0; i < windows; i++) seen.Count(new Decision(Decision.None, i % 10, IsValid: true, Changed: false), FaultKind.None, nanoseconds, isLate: false);
        return seen;
    }
}
