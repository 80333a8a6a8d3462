using System.Text.Json;
using EdgeRunner.Fleet.Commands;

namespace EdgeRunner.Fleet.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("repo status --nonsense", false)]
    [InlineData("repo status --json --nonsense", true)]
    [InlineData("nonsense --json", true)]
    [InlineData("repo prune --keep-days nine --json", true)]
    [InlineData("model add x --encrypt-for a --rotate=perhaps --json", true)]
    [InlineData("repo status nonsense -- --json", false)]
    [InlineData("device set-groups box-1 canary --jsno", false)]
    [InlineData("rollout status --bogus --json", true)]
    [InlineData("rollout set east vision@1.0.0 -x", false)]
    public void A_command_line_that_makes_no_sense_is_answered_in_json_where_that_was_asked_for(string line, bool json)
    {
        using StringWriter output = new(), error = new();

        Assert.Equal(ExitCode.Usage, FleetCommand.Run(line.Split(' '), TimeProvider.System, output, error));

        Assert.EndsWith("--help shows what can be said here.\n", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(json, output.ToString().Length > 0);
        if (!json) return;
        using var answer = JsonDocument.Parse(output.ToString());
        Assert.Equal("Usage", answer.RootElement.GetProperty("reason").GetString());
        Assert.StartsWith(answer.RootElement.GetProperty("error").GetString()!.Split(". ")[0].TrimEnd('.'), error.ToString(), StringComparison.Ordinal);
    }
}
