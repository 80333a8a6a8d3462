using System.CommandLine;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo sign</c>: here, or over a folder that travels.</summary>
internal static class RepoSignCommand
{
    internal static Command Create(CommandEnvironment environment)
    {
        var export = new Option<string?>("--export") { Description = "Write what waits for signatures into a folder, e.g. on a USB stick.", HelpName = "DIR" };
        var folder = new Option<string?>("--folder") { Description = "Sign what is in such a folder; needs no repository.", HelpName = "DIR" };
        var import = new Option<string[]>("--import") { Description = "Take signatures over from a folder, and publish what is complete. May be given several times.", HelpName = "DIR", DefaultValueFactory = _ => [] };
        var repo = new RepoOptions();
        var sign = new SignOptions();
        var command = new Command("sign", "Signs what is staged, and publishes what has all its signatures.") { export, folder, import };
        repo.AddTo(command);
        sign.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            var imports = parsed.GetValue(import)!;
            if ((parsed.GetValue(export) is null ? 0 : 1) + (parsed.GetValue(folder) is null ? 0 : 1) + (imports.Length > 0 ? 1 : 0) > 1)
            {
                throw new UsageException("--export, --folder and --import are three steps: say one of them.");
            }
            // This one stages nothing: said again with --yes it does its work.
            var session = new ChangeSession(environment.Terminal, parsed.GetValue(sign.Yes), parsed.InvocationConfiguration.Error);
            ChangeReport report;
            if (parsed.GetValue(folder) is { } carried)
            {
                report = await SignFolderAsync(SigningFolder.Open(carried)).ConfigureAwait(false);
            }
            else if (parsed.GetValue(export) is { } target)
            {
                var content = RepositoryContent.Read(new RepositoryLayout(parsed.GetRequiredValue(repo.Directory)));
                var written = SigningFolder.Export(content, target);
                report = new ChangeReport([$"Wrote {written.Read().Count} files to {written.DirectoryPath}. Sign there with `edgefleet repo sign --folder DIR --key FILE`, then here with --import DIR."],
                    ChangeSession.Describe(content), [], [], TufRepository.Waiting(content));
            }
            else
            {
                var directory = parsed.GetRequiredValue(repo.Directory);
                // Nobody types a passphrase for nothing.
                using var signers = imports.Length == 0 && RepositoryContent.Read(new RepositoryLayout(directory)).Staged.Count == 0 ? SignerSet.None() : sign.Open(parsed, environment.Terminal);
                using var repository = await RepositoryOpening.OpenAsync(directory, parsed.GetValue(repo.OnlineKeys), environment.TimeProvider, cancellationToken).ConfigureAwait(false);
                var taken = imports.SelectMany(d => SigningFolder.Open(d).Read()).SelectMany(e => Take(repository, e)).ToArray();
                report = await session.FinishAsync(repository, signers.Signers, new StagedChange(taken, []), cancellationToken).ConfigureAwait(false);
            }
            RepoCommand.Print(output, parsed.GetValue(repo.Json), report);
            return ExitCode.Ok;

            async Task<ChangeReport> SignFolderAsync(SigningFolder source)
            {
                using var signers = sign.Open(parsed, environment.Terminal);
                if (signers.Signers.Count == 0)
                {
                    throw new UsageException("--folder needs a key: say --key FILE or --key-command PUBLIC_KEY_FILE=COMMAND.");
                }
                var changes = source.Describe([.. signers.Signers.Select(s => s.PublicKey)]).Select(c => new ChangedRole(c.Role, c.Changes)).ToArray();
                session.Confirm(changes);
                var made = await source.SignAsync(signers.Signers, cancellationToken).ConfigureAwait(false);
                return new ChangeReport(made.Count == 0 ? ["Nothing here is for these keys to sign, or they have signed it."] : [], changes, [.. made.Select(m => new MadeSignature(m.Role, m.KeyId))], [], []);
            }
        }));
        return command;
    }

    private static IEnumerable<string> Take(TufRepository repository, Envelope signed) => repository.FindPublished(signed) is { } version
        ? [$"{signed.Role} version {version} is published already: no signature of it is needed any more."]
        : repository.Import(signed).Select(k => $"Imported: signature of {signed.Role} by key {k[..8]}.");
}
