using EdgeRunner.Inference.Bundles;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Bundles;

public sealed class SemanticVersionTests
{
    private static readonly Gen<string> Number = Gen.Elements("0", "1", "2", "9", "10", "11", "99", "184467440737095516160");
    private static readonly Gen<string> Identifier = Gen.OneOf(Number, Gen.Elements("alpha", "beta", "rc", "-", "0a", "A", "x-y"));

    private static readonly Arbitrary<SemanticVersion> Versions =
        (from core in Number.ArrayOf(3)
         from preCount in Gen.Choose(0, 3)
         from pre in Identifier.ArrayOf(preCount)
         from build in Gen.Elements("", "+1", "+001", "+a.b")
         let text = string.Join('.', core) + (preCount == 0 ? "" : "-" + string.Join('.', pre)) + build
         where text.Length <= SemanticVersion.MaxLength
         select SemanticVersion.Parse(text)).ToArbitrary();

    [Fact]
    public void Order_is_that_of_section_11()
    {
        string[] ordered =
        [
            "0.9.9", "1.0.0-0", "1.0.0-2", "1.0.0-11", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
            "1.0.0-rc.1", "1.0.0", "1.0.1", "1.1.0", "1.10.0", "2.0.0", "18446744073709551616.0.0",
        ];
        Assert.Equal(ordered, ordered.Select(SemanticVersion.Parse).Reverse().Order().Select(version => version.ToString()), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.2")]
    [InlineData("1.2.3.4")]
    [InlineData("v1.2.3")]
    [InlineData("01.2.3")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.3-01")]
    [InlineData("1.2.3-a..b")]
    [InlineData("1.2.3+")]
    [InlineData("1.2.3+a+b")]
    [InlineData("1.2.3-ä")]
    [InlineData("-1.2.3")]
    [InlineData("1.2.3\n")]
    [InlineData("1.2. 3")]
    public void Other_texts_are_refused_with_the_reason(string text) =>
        Assert.StartsWith($"\"{text}\" is not a semantic version: ", Assert.Throws<FormatException>(() => SemanticVersion.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Build_metadata_does_not_order_but_does_distinguish()
    {
        var (one, two) = (SemanticVersion.Parse("1.0.0+1"), SemanticVersion.Parse("1.0.0+2"));
        Assert.Equal(0, one.CompareTo(two));
        Assert.NotEqual(one, two);
    }

    [Fact]
    public void Text_survives_a_round_trip() =>
        Prop.ForAll(Versions, version => SemanticVersion.Parse(version.ToString()).Equals(version)).QuickCheckThrowOnFailure();

    [Fact]
    public void Order_is_total() => Prop.ForAll(Versions, Versions, Versions, (a, b, c) =>
        Math.Sign(a.CompareTo(b)) == -Math.Sign(b.CompareTo(a))
        && (a.CompareTo(b) > 0 || b.CompareTo(c) > 0 || a.CompareTo(c) <= 0)
        && a < b == (a.CompareTo(b) < 0) && a >= b == (a.CompareTo(b) >= 0)).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_parsed_or_refused() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        SemanticVersion.TryParse(text, out var version, out var problem) ? string.Equals(version.ToString(), text, StringComparison.Ordinal) && problem.Length == 0 : problem.Length > 0).QuickCheckThrowOnFailure();
}
