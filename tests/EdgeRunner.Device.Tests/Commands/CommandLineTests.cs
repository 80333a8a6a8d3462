using System.Text.Json;
using EdgeRunner.Device.Benchmarking;
using EdgeRunner.Device.Commands;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Serving;
using EdgeRunner.Device.Tests.Pipelines;

namespace EdgeRunner.Device.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("Cannot parse argument 'abc' for option '--seconds' as expected type 'System.Nullable`1[System.Double]'.", "--seconds abc is not allowed; expected a number")]
    [InlineData("Cannot parse argument '1.5' for option '--runs' as expected type 'System.Nullable`1[System.Int32]'.", "--runs 1.5 is not allowed; expected a whole number")]
    [InlineData("Required argument missing for command: 'bench'.", "Required argument missing for command: 'bench'.")]
    public void Values_that_cannot_be_read_are_named_without_types_of_dotnet(string message, string expected) => Assert.Equal(expected, EdgeRunnerCommand.Describe(message));

    [Theory]
    [InlineData("status --nonsense", false)]
    [InlineData("status --json --nonsense", true)]
    [InlineData("nonsense --json", true)]
    [InlineData("update history --last nine --json", true)]
    [InlineData("probe x.ermodel --cpu-limit nine --json", true)]
    [InlineData("update check --dry-run=perhaps --json", true)]
    [InlineData("status nonsense -- --json", false)]
    public async Task Command_line_that_makes_no_sense_is_answered_in_json_where_that_was_asked_for(string line, bool json)
    {
        using StringWriter output = new(), error = new();

        Assert.False(EdgeRunnerCommand.TryParse(line.Split(' '), out _, out var problems));
        Assert.Equal(ExitCode.Usage, await EdgeRunnerCommand.RefuseAsync(line.Split(' '), problems, output, error));

        Assert.StartsWith("edgerunner: ", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(json, output.ToString().Length > 0);
        if (!json) return;
        using var answer = JsonDocument.Parse(output.ToString());
        Assert.Equal((false, "usage"), (answer.RootElement.GetProperty("done").GetBoolean(), answer.RootElement.GetProperty("code").GetString()));
        Assert.StartsWith($"edgerunner: {answer.RootElement.GetProperty("words").GetString()!.Split("; ")[0]}", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bundle_that_is_not_there_is_no_model_to_install()
    {
        var storage = new StorageOptions { StateDirectory = _directory.Path };
        var missing = _directory.File("missing.ermodel");

        Assert.StartsWith($"{missing}: no such file", Assert.Throws<FileNotFoundException>(() => BundleArgument.Find(missing, storage)).Message, StringComparison.Ordinal);
        Assert.StartsWith($"{_directory.Path} is a directory", Assert.Throws<FileNotFoundException>(() => BundleArgument.Find(_directory.Path, storage)).Message, StringComparison.Ordinal);
        Assert.Throws<ModelNotInstalledException>(() => BundleArgument.Find("nobody", storage));
    }

    [Theory]
    [InlineData("Permission", "1.1.0", "nothing was changed")]
    [InlineData("NoAnswer", "1.0.0", "tiny 1.0.0 is the version in use by the store")]
    [InlineData("BadAnswer", "1.0.0", "tiny 1.0.0 is the version in use by the store")]
    [InlineData("BadAnswer", "1.1.0", "tiny 1.0.0 is in use by the store, but a daemon that still works on the change may make it later")]
    public void Daemon_that_died_over_a_change_is_not_said_to_have_changed_nothing(string reason, string asked, string expected)
    {
        using var rig = new PipelineRig();
        rig.Store.Install(TinyModels.Pack(rig, "identity_float32", "1.0.0"), activate: true);

        Assert.StartsWith(expected, ModelActivateCommand.Standing(rig.Store, "tiny", asked, Enum.Parse<DaemonUnavailableReason>(reason)), StringComparison.Ordinal);
    }

    [Fact]
    public void Place_of_a_plot_is_tried_without_a_trace()
    {
        var (old, fresh) = (_directory.File("old.svg"), _directory.File("fresh.svg"));
        File.WriteAllText(old, "the picture of yesterday");

        PlotFile.Check(old);
        PlotFile.Check(fresh);

        Assert.Equal("the picture of yesterday", File.ReadAllText(old));
        Assert.False(File.Exists(fresh));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("/tmp", "is a directory")]
    public void Plot_without_a_file_name_is_refused(string path, string expected) =>
        Assert.Contains(expected, Assert.Throws<BenchInputException>(() => PlotFile.Check(path)).Message, StringComparison.Ordinal);
}
