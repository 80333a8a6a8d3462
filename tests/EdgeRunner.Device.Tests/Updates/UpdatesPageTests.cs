using System.Reflection;
using System.Text.RegularExpressions;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>docs/updates.md explains every code that a device can tell, and no other.</summary>
public sealed partial class UpdatesPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "updates.md"));

    [Fact]
    public void Page_has_every_reason_and_no_other()
    {
        var codes = typeof(UpdateReasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal);
        var section = Page[Page.IndexOf("\n## Reasons", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 1, StringComparison.Ordinal)];
        Assert.Equal(codes, Row().Matches(section).Select(match => match.Groups["code"].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Page_has_every_phase() =>
        Assert.All(Enum.GetValues<UpdatePhase>(), phase => Assert.Contains($"| `{phase.Word()}` |", Page, StringComparison.Ordinal));

    [GeneratedRegex(@"^\| `(?<code>[a-z0-9-]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Row();
}
