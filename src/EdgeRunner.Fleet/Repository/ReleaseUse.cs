using EdgeRunner.Fleet.Rollouts;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>Looks, before a release is taken away from devices, which rollouts want it.</summary>
internal static class ReleaseUse
{
    /// <param name="content">The repository.</param>
    /// <param name="taken">Whether the change takes a wanted release away.</param>
    /// <param name="force">Do it all the same.</param>
    /// <param name="what">What is refused, e.g. <c>vision 1.0.0 is in use</c>.</param>
    /// <param name="consequence">What becomes of the devices.</param>
    /// <returns>Warnings, for a change that is forced.</returns>
    /// <exception cref="RepositoryException">A rollout wants it, or cannot be read.</exception>
    internal static IReadOnlyList<string> Require(RepositoryContent content, Func<WantedRelease, bool> taken, bool force, string what, string consequence)
    {
        var reasons = new List<string>();
        reasons.AddRange(WantedRelease.Read(content, reasons).Where(taken).Select(w => w.Words).ToArray());
        if (reasons.Count == 0)
        {
            return [];
        }
        return force
            ? [.. reasons.Select(r => $"{r}: {consequence}.")]
            : throw new RepositoryException(RepositoryFailure.Refused, role: null, file: null, $"{what}: {string.Join("; ", reasons)}",
                $"Give these groups another release with `edgefleet rollout set`, or end it with `edgefleet rollout remove`; or say --force: {consequence}");
    }
}
