using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <content>Taking a delegation away.</content>
public sealed partial class TufRepository
{
    /// <summary>Stages that <c>targets</c> delegates to a role no more. What is staged for the role is dropped.</summary>
    /// <remarks>Snapshot goes on listing the role in its last version, because devices refuse a snapshot that lists less than the one they know; no device
    /// reads it, since no role leads to it. A role of that name that is added later goes on counting from there.</remarks>
    /// <exception cref="RepositoryException">There is no such delegation, it is not published, or its removal is staged already.</exception>
    public void RemoveDelegation(string role)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        RequirePublished();
        if (RoleNames.IsTopLevel(role))
        {
            throw new RepositoryException(RepositoryFailure.Refused, role, file: null, "root names this role, and nothing works without it", "Change its keys with `edgefleet repo rotate-key`");
        }
        bool Delegates(TargetsMetadata? targets) => targets?.Delegations?.Roles.Any(r => string.Equals(r.Name, role, StringComparison.Ordinal)) ?? false;
        if (!Delegates(Content.Roles[RoleNames.Targets]))
        {
            throw Delegates(Content.NewestTargets(RoleNames.Targets))
                ? new RepositoryException(RepositoryFailure.Refused, role, file: null, "it is staged and not published", $"Give it up with `edgefleet repo drop targets` and `edgefleet repo drop {role}`")
                : new RepositoryException(RepositoryFailure.NotFound, role, file: null, $"targets delegates to no such role{(Content.Retired.ContainsKey(role) ? " any more" : "")}",
                    $"It delegates to: {string.Join(", ", Content.Roles[RoleNames.Targets].Delegations?.Roles.Select(r => r.Name) is { } names && names.Any() ? names : ["nobody"])}");
        }
        if (!Delegates(Content.NewestTargets(RoleNames.Targets)))
        {
            throw new RepositoryException(RepositoryFailure.AlreadyThere, role, file: null, "its removal is staged already", "Sign it with `edgefleet repo sign`");
        }
        EditTargets(RoleNames.Targets, (signed, old) => signed.WithoutDelegation(old, role));
        if (Content.Staged.ContainsKey(role) && Content.StagedAuthoritiesOf(role).Count == 0)
        {
            Unstage(role);
        }
    }

    private void SetOnlineRoles(IEnumerable<string> roles)
    {
        var settings = Content.Settings with { OnlineRoles = [.. roles] };
        _writer.Write(Layout.SettingsFile, settings.ToBytes());
        Content = Content with { Settings = settings };
    }

    /// <summary>Drops what is staged for roles that leave, as <see cref="RemoveDelegation"/> would have if the power had not gone.</summary>
    private void SweepLeaving()
    {
        try
        {
            foreach (var role in Content.Leaving.Concat(Content.Retired.Keys).Where(r => Content.Staged.ContainsKey(r) && Content.StagedAuthoritiesOf(r).Count == 0).ToArray())
            {
                Unstage(role);
            }
        }
        catch (MetadataException)
        {
            // A staged file is damaged: whoever works with it is told, and `repo drop` must still be able to take it away.
        }
    }

    /// <summary>A role of the same name that people sign may come later.</summary>
    private void ForgetRetiredOnlineRoles()
    {
        var left = Content.Settings.OnlineRoles.Where(r => !Content.Retired.ContainsKey(r) || Content.Staged.ContainsKey(r)).ToArray();
        if (left.Length < Content.Settings.OnlineRoles.Count)
        {
            SetOnlineRoles(left);
        }
    }
}
