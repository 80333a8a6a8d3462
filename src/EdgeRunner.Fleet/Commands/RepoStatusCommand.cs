using System.CommandLine;
using System.Text;
using System.Text.Json;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo status</c>.</summary>
internal static class RepoStatusCommand
{
    private const double DefaultDays = 30;

    internal static Command Create(CommandEnvironment environment)
    {
        var check = new Option<double?>("--check") { Description = "Exit with 1 when a role expires within so many days, or an online key is missing: for cron. A role that lives shorter than twice that is due when half of its life is over.", HelpName = "DAYS" };
        var prometheus = new Option<string?>("--prometheus") { Description = "Write metrics for the textfile collector of Prometheus' node_exporter; - is the standard output.", HelpName = "FILE" };
        var repo = new RepoOptions();
        var command = new Command("status", "Shows what is published, what expires when, whose keys count, and what waits for signatures.") { check, prometheus };
        repo.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            var now = environment.TimeProvider.GetUtcNow();
            var report = StatusReading.Read(RepositoryContent.Read(new RepositoryLayout(parsed.GetRequiredValue(repo.Directory))), parsed.GetValue(repo.OnlineKeys), parsed.GetValue(check) ?? DefaultDays, now);
            switch (parsed.GetValue(prometheus))
            {
                case null:
                    output.Write(parsed.GetValue(repo.Json) ? JsonSerializer.Serialize(report, FleetJsonContext.Default.StatusReport) + "\n" : StatusText.Format(report, now));
                    break;
                case "-":
                    output.Write(StatusText.Prometheus(report));
                    break;
                case { } file:
                    await WriteAsync(file, StatusText.Prometheus(report), cancellationToken).ConfigureAwait(false);
                    break;
            }
            return parsed.GetValue(check) is not null && report.Warnings.Count > 0 ? ExitCode.Failed : ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>The collector may read at any moment, and must see a whole file.</summary>
    private static async Task WriteAsync(string file, string text, CancellationToken cancellationToken)
    {
        var temporary = $"{file}.{Environment.ProcessId}.tmp";
        try
        {
            await File.WriteAllTextAsync(temporary, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellationToken).ConfigureAwait(false);
            File.Move(temporary, file, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(temporary); // on a full disk cron would leave one every hour
            throw;
        }
    }
}
