using System.Text;
using EdgeRunner.Messaging.Rollouts;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Messaging.Tests.Rollouts;

public sealed class RolloutDocumentTests
{
    private static readonly Gen<string> Names = Gen.Elements("vision", "silero-vad", "a", "model_2.x");
    private static readonly Gen<string> Versions = Gen.Elements("1.0.0", "2.1.0-rc.1", "0.0.1+build");

    private static readonly Gen<TrialLimits> Trials =
        from windows in Gen.Choose(1, 1_000_000_000)
        from hundredths in Gen.Choose(0, 100)
        from kept in Gen.Choose(0, 63)
        select new TrialLimits
        {
            Windows = (kept & 1) != 0 ? windows : null,
            Minutes = (kept & 2) != 0 ? hundredths / 7.0 : null,
            MaxErrorRate = (kept & 4) != 0 ? hundredths / 100.0 : null,
            MaxLatencyRatio = (kept & 8) != 0 ? 1 + (hundredths / 3.0) : null,
            MaxDrift = (kept & 16) != 0 ? hundredths : null,
            ShadowWindows = (kept & 32) != 0 ? windows : null,
        };

    private static readonly Gen<DesiredModel> Models =
        from version in Versions
        from release in Gen.Choose(1, int.MaxValue)
        from seed in Gen.Elements("", "a1b2", "quoted \" and \\ and é")
        from percent in Gen.Choose(0, 10_000)
        from trial in Trials
        from kept in Gen.Choose(0, 31)
        select new DesiredModel(version, release, seed, percent)
        {
            NotBefore = (kept & 1) != 0 ? DateTimeOffset.UnixEpoch.AddSeconds(release) : null,
            Stable = (kept & 2) != 0 ? new StableModel(version, release) : null,
            Trial = (kept & 4) != 0 ? trial : null,
            DryRun = (kept & 8) != 0,
            Paused = (kept & 16) != 0,
            Stage = percent / 1_000,
        };

    private static readonly Arbitrary<DesiredState> States = Arb.From(
        from entries in Names.SelectMany(_ => Models, (name, model) => (name, model)).ListOf()
        select new DesiredState(DesiredState.CurrentFormat, "east", entries.GroupBy(e => e.name).ToDictionary(g => g.Key, g => g.First().model)));

    [Fact]
    public void A_document_survives_a_round_trip() => Prop.ForAll(States, state =>
    {
        var read = RolloutDocument.Parse(RolloutDocument.ToBytes(state), "east");
        return read.Format == state.Format && read.Group == state.Group && read.Models.OrderBy(m => m.Key).SequenceEqual(state.Models.OrderBy(m => m.Key));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_damaged_document_is_refused_or_within_its_ranges_and_never_ends_in_another_exception() => Prop.ForAll(States, ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<byte>(), (state, at, bit) =>
    {
        var bytes = RolloutDocument.ToBytes(state);
        bytes[at.Get % bytes.Length] ^= (byte)(1 << (bit % 8));
        AssertRefusedOrSound(bytes);
        AssertRefusedOrSound(bytes.AsSpan(0, at.Get % bytes.Length).ToArray());
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("null", "it is null")]
    [InlineData("[]", "it is no such JSON")]
    [InlineData("""{"format":2,"group":"east","models":{}}""", "format is 2; this program knows 1")]
    [InlineData("""{"format":1,"group":"west","models":{}}""", "group is \"west\"; \"east\" is expected")]
    [InlineData("""{"format":1,"group":"east"}""", "it is no such JSON")]
    [InlineData("""{"format":1,"group":"east","models":null}""", "it is no such JSON")]
    [InlineData("""{"format":1,"group":"east","models":{"../x":{"version":"1","release":1,"seed":"","percentHundredths":1}}}""", "no name of a model")]
    [InlineData("""{"format":1,"group":"east","models":{"x":null}}""", "models.x is null")]
    [InlineData("""{"format":1,"group":"east","models":{"x":{"version":"","release":1,"seed":"","percentHundredths":1}}}""", "models.x.version has 0 characters; 1 to 64")]
    [InlineData("""{"format":1,"group":"east","models":{"x":{"version":"1\u001b[2J","release":1,"seed":"","percentHundredths":1}}}""", "models.x.version is \"1?[2J\"")]
    [InlineData("""{"format":1,"group":"east","models":{"x":{"version":"1","release":0,"seed":"","percentHundredths":1}}}""", "models.x.release is 0; 1 to")]
    [InlineData("""{"format":1,"group":"east","models":{"x":{"version":"1","release":1,"seed":"","percentHundredths":10001}}}""", "models.x.percentHundredths is 10001; 0 to 10000")]
    [InlineData("""{"format":1,"group":"east","models":{"x":{"version":"1","release":1,"seed":"","percentHundredths":1,"trial":{"maxErrorRate":1.5}}}}""", "models.x.trial.maxErrorRate is 1.5; 0 to 1")]
    [InlineData("""{"format":1,"group":"east","models":{"x":{"version":"1","release":1,"seed":"","percentHundredths":1,"stable":{"version":"1","release":-1}}}}""", "models.x.stable.release is -1; 1 to")]
    public void What_is_out_of_range_is_refused_with_its_name_its_value_and_the_range(string json, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => RolloutDocument.Parse(Encoding.UTF8.GetBytes(json), "east")).Message, StringComparison.Ordinal);

    [Fact]
    public void What_nobody_would_accept_is_not_written()
    {
        Assert.Throws<FormatException>(() => RolloutDocument.ToBytes(new DesiredState(1, "..", new Dictionary<string, DesiredModel>())));
        var many = Enumerable.Range(0, RolloutDocument.MaxModels + 1).ToDictionary(n => $"m{n}", n => new DesiredModel("1", 1, "", 0));
        Assert.Contains("at most 256", Assert.Throws<FormatException>(() => RolloutDocument.ToBytes(new DesiredState(1, "east", many))).Message, StringComparison.Ordinal);
        Assert.Contains("at most 262144", Assert.Throws<FormatException>(() => RolloutDocument.Parse(new byte[DesiredState.MaxBytes + 1], "east")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_of_a_newer_program_is_skipped()
    {
        var state = RolloutDocument.Parse("""{"format":1,"group":"east","models":{"x":{"version":"1","release":1,"seed":"s","percentHundredths":5,"colour":"red"}},"more":1}"""u8, "east");
        Assert.Equal(new DesiredModel("1", 1, "s", 5), state.Models["x"]);
    }

    private static void AssertRefusedOrSound(byte[] bytes)
    {
        try
        {
            var state = RolloutDocument.Parse(bytes, "east");
            Assert.All(state.Models.Values, m => Assert.InRange(m.PercentHundredths, 0, DesiredModel.AllDevices));
            RolloutDocument.ToBytes(state);
        }
        catch (FormatException)
        {
            // Refused.
        }
    }
}
