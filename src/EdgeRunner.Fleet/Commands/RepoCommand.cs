using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo …</c>, and what its commands share.</summary>
internal static class RepoCommand
{
    internal static Command Create(CommandEnvironment environment) => new("repo", "Makes and keeps the signed repository that devices trust.")
    {
        RepoInitCommand.Create(environment),
        RepoStatusCommand.Create(environment),
        RepoSignCommand.Create(environment),
        RepoRotateKeyCommand.Create(environment),
        RepoAddDelegationCommand.Create(environment),
        RepoRemoveDelegationCommand.Create(environment),
        RepoRefreshCommand.Create(environment),
        RepoVerifyCommand.Create(environment),
        RepoRecoverCommand.Create(environment),
        RepoRenewCommand.Create(environment),
        RepoDropCommand.Create(environment),
        RepoPruneCommand.Create(environment),
    };

    /// <summary>A command that opens the repository, changes it, signs with the keys given and publishes what is complete.</summary>
    /// <param name="command">With its own options; the common ones are added here.</param>
    /// <param name="environment">Clock and terminal.</param>
    /// <param name="change">Stages; returns what it did in words.</param>
    internal static Command Changing(Command command, CommandEnvironment environment, Func<ParseResult, TufRepository, CancellationToken, Task<IReadOnlyList<string>>> change) =>
        Changing(command, environment, async (parsed, repository, cancellationToken) => new StagedChange(await change(parsed, repository, cancellationToken).ConfigureAwait(false), []));

    /// <summary>As the other one, for a change that a person may have to be warned of.</summary>
    /// <param name="command">With its own options; the common ones are added here.</param>
    /// <param name="environment">Clock and terminal.</param>
    /// <param name="change">Stages; returns what it did.</param>
    internal static Command Changing(Command command, CommandEnvironment environment, Func<ParseResult, TufRepository, CancellationToken, Task<StagedChange>> change)
    {
        var repo = new RepoOptions();
        var sign = new SignOptions();
        repo.AddTo(command);
        sign.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            // Before the lock: a person takes time to type a passphrase.
            using var signers = sign.Open(parsed, environment.Terminal);
            using var repository = await RepositoryOpening.OpenAsync(parsed.GetRequiredValue(repo.Directory), parsed.GetValue(repo.OnlineKeys), environment.TimeProvider, cancellationToken).ConfigureAwait(false);
            var done = await change(parsed, repository, cancellationToken).ConfigureAwait(false);
            var session = new ChangeSession(environment.Terminal, parsed.GetValue(sign.Yes), parsed.InvocationConfiguration.Error,
                sign.Again(parsed, parsed.GetRequiredValue(repo.Directory), parsed.GetValue(repo.OnlineKeys), parsed.GetValue(sign.Keys) ?? []));
            Print(output, parsed.GetValue(repo.Json), await session.FinishAsync(repository, signers.Signers, done, cancellationToken).ConfigureAwait(false));
            return ExitCode.Ok;
        }));
        return command;
    }

    internal static void Print(TextWriter output, bool json, ChangeReport report) =>
        output.Write(json ? JsonSerializer.Serialize(report, FleetJsonContext.Default.ChangeReport) + "\n" : ChangeReportText.Format(report));
}
