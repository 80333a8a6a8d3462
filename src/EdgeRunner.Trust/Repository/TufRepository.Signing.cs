using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <content>Collecting signatures for what is staged.</content>
public sealed partial class TufRepository
{
    private const string Complete = "it has its signatures: `edgefleet repo sign` publishes it";
    private const string WithOthers = "others that are staged with it have to be signed first";
    private const string BeginAnew = "To begin anew, delete the directory and run `edgefleet repo init` again: no device knows it yet";

    /// <summary>Signs what is staged with every key that may sign it and has not.</summary>
    /// <param name="signers">Keys of people.</param>
    /// <param name="roles">Only these roles; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Role and key id of each signature that was made.</returns>
    /// <exception cref="KeyException">A key could not be used.</exception>
    public async Task<IReadOnlyList<(string Role, string KeyId)>> SignAsync(IReadOnlyList<ISigner> signers, IReadOnlyCollection<string>? roles, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signers);
        var made = new List<(string, string)>();
        foreach (var role in Content.Staged.Keys.Where(r => roles?.Contains(r, StringComparer.Ordinal) ?? true).ToArray())
        {
            var signed = await StagedSignatures.AddAsync(Content.Staged[role], Content.StagedAuthoritiesOf(role), signers, cancellationToken).ConfigureAwait(false);
            if (!ReferenceEquals(signed, Content.Staged[role]))
            {
                made.AddRange(signed.Signatures.Select(s => s.KeyId).Except(Content.Staged[role].Signatures.Select(s => s.KeyId), StringComparer.Ordinal).Select(k => (role, k)));
                Stage(signed);
            }
        }
        return made;
    }

    /// <summary>Finds out whether a file that was signed elsewhere is published already, or was once: the signatures that it brings are not needed any more.</summary>
    /// <returns>Its version; null when it is not.</returns>
    public long? FindPublished(Envelope signed)
    {
        ArgumentNullException.ThrowIfNull(signed);
        if (MetadataHeader.ClaimedVersion(signed) is not { } version || version > Content.VersionOf(signed.Role) || (Content.Staged.TryGetValue(signed.Role, out var staged) && IsSame(staged)))
        {
            return null;
        }
        var published = version == Content.VersionOf(signed.Role) ? Content.Published(signed.Role) : PublishedFile.TryRead(Layout, signed.Role, version, static e => e);
        return published is not null && IsSame(published) ? version : null;

        bool IsSame(Envelope other) => other.Canonical.Span.SequenceEqual(signed.Canonical.Span);
    }

    /// <summary>Takes over the good signatures of a file that was signed elsewhere.</summary>
    /// <returns>The key ids of those that are new.</returns>
    /// <exception cref="RepositoryException">It is not what is staged, or a signature in it is bad.</exception>
    public IReadOnlyList<string> Import(Envelope signed)
    {
        ArgumentNullException.ThrowIfNull(signed);
        var role = signed.Role;
        if (!Content.Staged.TryGetValue(role, out var staged) || !staged.Canonical.Span.SequenceEqual(signed.Canonical.Span))
        {
            throw new RepositoryException(RepositoryFailure.NotWhatIsStaged, role, file: null,
                staged is null ? $"version {MetadataHeader.ClaimedVersion(signed)} is not staged here{(Content.VersionOf(role) is > 0 and var current ? $", and version {current} is published" : " (any more)")}" : "the file that was signed says something else than the one that is staged here",
                "Somebody changed it, or gave it up, after the export: export anew and sign again what waits still");
        }
        var merged = StagedSignatures.Merge(staged, signed, Content.StagedAuthoritiesOf(role));
        var added = merged.Signatures.Select(s => s.KeyId).Except(staged.Signatures.Select(s => s.KeyId), StringComparer.Ordinal).ToArray();
        if (added.Length > 0)
        {
            Stage(merged);
        }
        return added;
    }

    /// <summary>Forgets a staged change with its signatures.</summary>
    /// <exception cref="RepositoryException">Nothing is staged for that role.</exception>
    public void Drop(string role)
    {
        if (!Content.Staged.ContainsKey(role))
        {
            throw new RepositoryException(RepositoryFailure.NotFound, role, file: null, "nothing is staged for it",
                Content.Staged.Count == 0 ? "Nothing is staged at all" : $"Staged are: {string.Join(", ", Content.Staged.Keys)}");
        }
        if (!Content.IsPublished)
        {
            throw new RepositoryException(RepositoryFailure.Refused, role, Layout.StagedFile(role), "it belongs to the first publication, which cannot do without it", $"Sign it with `edgefleet repo sign`. {BeginAnew}");
        }
        Unstage(role);
    }

    /// <summary>What is staged and why it is not published.</summary>
    public IReadOnlyList<WaitingRole> Waiting() => Waiting(Content);

    /// <summary>What is staged and why it is not published.</summary>
    public static IReadOnlyList<WaitingRole> Waiting(RepositoryContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var waiting = new List<WaitingRole>();
        var ready = content.IsPublished ? PublishableTargets.Find(content) : [];
        foreach (var (role, envelope) in content.Staged)
        {
            var requirements = content.StagedAuthoritiesOf(role).Select(a => StagedSignatures.Require(envelope, a)).ToArray();
            var reason = requirements.Length == 0 ? "no role delegates to it" : requirements.Any(r => r.Missing > 0) ? null : Unmet(role);
            waiting.Add(new WaitingRole(role, MetadataHeader.ClaimedVersion(envelope) ?? 0, requirements, reason));
        }
        return waiting;

        // All signatures are there. A program that was killed may have signed and not published.
        string Unmet(string role) => role is RoleNames.Root
            ? RootProblem(content) ?? (content.IsPublished ? Complete : WithOthers)
            : ready.Contains(role, StringComparer.Ordinal) ? Complete : WithOthers;
    }
}
