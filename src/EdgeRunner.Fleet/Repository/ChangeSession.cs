using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Fleet.Rollouts;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>The common end of every command that changes a repository: show in words, ask, sign, publish, report.</summary>
/// <param name="terminal">Where the person is.</param>
/// <param name="yes">Sign without asking.</param>
/// <param name="error">Where the changes are shown.</param>
/// <param name="signLater">The command that signs what is staged when nobody can be asked now; null when it is the same command again, with --yes.</param>
internal sealed class ChangeSession(ITerminal terminal, bool yes, TextWriter error, string? signLater = null)
{
    /// <param name="repository">With everything staged.</param>
    /// <param name="signers">Keys of people; may be none.</param>
    /// <param name="done">What the command did so far.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<ChangeReport> FinishAsync(TufRepository repository, IReadOnlyList<ISigner> signers, StagedChange done, CancellationToken cancellationToken)
    {
        var made = new List<MadeSignature>();
        var changes = Describe(repository.Content);
        IReadOnlyList<string> warnings = [.. done.Warnings, .. Strangers(repository.Content, signers)];
        if (repository.Content.Staged.Count > 0)
        {
            if (signers.Count > 0)
            {
                var mine = changes.Where(c => MaySign(repository.Content, c.Role, signers)).ToArray();
                Confirm(mine);
                made.AddRange((await repository.SignAsync(signers, roles: null, cancellationToken).ConfigureAwait(false)).Select(s => new MadeSignature(s.Role, s.KeyId)));
            }
            made.AddRange((await repository.SignAsync(repository.Online.Signers, roles: null, cancellationToken).ConfigureAwait(false)).Select(s => new MadeSignature(s.Role, s.KeyId)));
        }
        var published = await repository.PublishAsync(cancellationToken).ConfigureAwait(false);
        return new ChangeReport(done.Lines, changes, made, published.Published, published.Waiting) { Warnings = warnings };
    }

    /// <summary>Keys that were given and may sign nothing that waits: of another team, perhaps, or changed meanwhile.</summary>
    private static IReadOnlyList<string> Strangers(RepositoryContent content, IReadOnlyList<ISigner> signers)
    {
        if (content.Staged.Count == 0)
        {
            return [];
        }
        var roles = content.Staged.Keys.Where(r => !content.Settings.OnlineRoles.Contains(r, StringComparer.Ordinal)).ToArray();
        var mine = roles.SelectMany(content.StagedAuthoritiesOf).SelectMany(a => a.RoleKeys.KeyIds).ToHashSet(StringComparer.Ordinal);
        return [.. signers.Select(s => s.PublicKey.KeyId).Where(id => !mine.Contains(id))
            .Select(id => $"the key {id[..8]} that was given may sign nothing of this: {string.Join("; ", roles.Select(r => $"{r} wants keys {string.Join(", ", content.StagedAuthoritiesOf(r).SelectMany(a => a.RoleKeys.KeyIds).Distinct(StringComparer.Ordinal).Select(k => k[..8]))}"))}.")];
    }

    internal static IReadOnlyList<ChangedRole> Describe(RepositoryContent content)
    {
        // Who signs that a team goes should know what goes with it; that is not in the file, so a stick cannot tell.
        var losses = content.IsPublished ? content.Leaving.SelectMany(r => DelegationLoss.Of(content, r).Lines()).ToArray() : [];
        return [.. content.Staged.Select(s => new ChangedRole(s.Key, [.. RoleChange.Describe(content.Published(s.Key), s.Value), .. s.Key is RoleNames.Targets ? losses : RolloutObstacle.Coming(content, s.Key)]))];
    }

    /// <exception cref="DeclinedException">The person said no.</exception>
    /// <exception cref="UsageException">There is nobody to ask.</exception>
    internal void Confirm(IReadOnlyCollection<ChangedRole> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }
        error.WriteLine("You are about to sign:");
        foreach (var change in changes)
        {
            error.WriteLine($"  {change.Changes[0]}");
            foreach (var line in change.Changes.Skip(1))
            {
                error.WriteLine($"    {line}");
            }
        }
        if (yes)
        {
            return;
        }
        if (!terminal.IsInteractive)
        {
            throw new UsageException("There is no terminal to ask whether to sign this. Nothing was signed; " + (signLater is null
                ? "say --yes to sign without being asked."
                : $"what was changed is staged. To sign it without being asked: {signLater} --yes"));
        }
        if (terminal.Ask("Sign this? [y/N] ") is not ("y" or "Y" or "yes"))
        {
            throw new DeclinedException("Not signed. What was changed is staged: `edgefleet repo sign` signs it later, `edgefleet repo drop ROLE` gives it up.");
        }
    }

    private static bool MaySign(RepositoryContent content, string role, IReadOnlyList<ISigner> signers) =>
        content.StagedAuthoritiesOf(role).SelectMany(a => a.RoleKeys.KeyIds).Intersect(signers.Select(s => s.PublicKey.KeyId), StringComparer.Ordinal).Any();
}
