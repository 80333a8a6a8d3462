using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Updates;

/// <summary>What signed metadata says. Use from one task at a time.</summary>
internal interface IReleaseSource
{
    /// <summary>Brings the metadata up to date and reads the group's desired state.</summary>
    /// <returns>Null when the repository has none for this group.</returns>
    /// <exception cref="UpdateFailedException">No answer, or what came was refused; what was known before stays.</exception>
    Task<DesiredState?> RefreshAsync(CancellationToken cancellationToken);

    /// <summary>What the metadata say of a release; needs a refresh before. Nothing that is not metadata is fetched, so that who withholds a file hides no limit.</summary>
    /// <exception cref="UpdateFailedException">It is not listed, or was refused.</exception>
    Task<ListedRelease> FindTermsAsync(string model, string version, CancellationToken cancellationToken);

    /// <summary>Finds a release, its index and its keys; needs a refresh before.</summary>
    /// <exception cref="UpdateFailedException">It is not listed, or was refused.</exception>
    Task<Release> FindAsync(string model, string version, CancellationToken cancellationToken);
}
