using System.CommandLine;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner run</c>: the daemon.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var config = CommonOptions.Config(mayBeMissing: true);
        var untilDone = new Option<bool>("--until-done")
        {
            Description = "End once every pipeline has come to the end of its input and the broker has every record; exit code 1 if a pipeline failed.",
        };
        var command = new Command("run", "Run the daemon: every pipeline of the configuration, until SIGTERM or Ctrl-C.") { config, untilDone };
        command.SetAction((parse, cancellationToken) => RunAsync(parse.GetRequiredValue(config), new RunMode(parse.GetValue(untilDone)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, RunMode mode, CancellationToken cancellationToken)
    {
        var configuration = CommonOptions.Load(path);
        if (!configuration.CanRun)
        {
            foreach (var error in configuration.Errors) await Console.Error.WriteLineAsync($"edgerunner: {error}").ConfigureAwait(false);
            await Console.Error.WriteLineAsync($"edgerunner: nothing can run: {configuration.CannotRunReason}").ConfigureAwait(false);
            return ExitCode.Configuration;
        }

        InstanceLock instanceLock;
        try
        {
            instanceLock = InstanceLock.Take(configuration.Configuration.Storage.StateDirectory);
        }
        catch (InstanceLockedException e)
        {
            await Console.Error.WriteLineAsync($"edgerunner: {e.Message}").ConfigureAwait(false);
            return ExitCode.Failed;
        }
        catch (UnauthorizedAccessException e)
        {
            await Console.Error.WriteLineAsync(
                $"edgerunner: storage.stateDirectory {configuration.Configuration.Storage.StateDirectory} cannot be written: {e.Message} " +
                "Run as the user that owns it (sudo, or systemctl start edgerunner), or set another directory.").ConfigureAwait(false);
            return ExitCode.Permission;
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync(
                $"edgerunner: storage.stateDirectory {configuration.Configuration.Storage.StateDirectory} cannot be used: {e.Message} " +
                "It must be a directory this user can write, on a disk with room; see df, or set another one.").ConfigureAwait(false);
            return ExitCode.Failed;
        }

        using (instanceLock)
        using (var host = DaemonHost.Build(configuration, mode))
        {
            configuration.LogTo(host.Services.GetRequiredService<ILogger<ConfigurationResult>>());
            var states = host.Services.GetRequiredService<StateBoard>();
            ReportSetAside(configuration, states);
            MemoryLocking.Apply(configuration.Configuration.Process, states);
            var pipelines = host.Services.GetRequiredService<PipelineHost>(); // RunAsync disposes the services.
            try
            {
                await host.RunAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // A stop in the middle of the start is a stop like any other.
            }

            // A trial run with sudo: the service must find its files its own afterwards. The state directory is the lock's.
            foreach (var directory in (string[])[configuration.Configuration.Storage.CacheDirectory, configuration.Configuration.Storage.LogDirectory]) StateOwnership.GiveBack(directory);
            return mode.UntilDone && pipelines.AnyFailed ? ExitCode.Failed : ExitCode.Ok;
        }
    }

    /// <summary>Errors that cost no pipeline must still be seen in <c>status</c>.</summary>
    private static void ReportSetAside(ConfigurationResult configuration, StateBoard states)
    {
        var first = configuration.Errors.FirstOrDefault(error => error.Pipeline is null);
        if (first is null) states.Set("configuration", ComponentState.Running);
        else states.Set("configuration", ComponentState.Degraded, first.ToString());
    }
}
