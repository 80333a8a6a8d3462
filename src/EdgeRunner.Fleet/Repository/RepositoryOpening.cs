using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>Opens a repository that somebody else may be changing for a moment.</summary>
internal static class RepositoryOpening
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <param name="open">Tries it once.</param>
    /// <param name="patience">How long it is tried again.</param>
    /// <param name="timeProvider">Clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RepositoryException">Somebody else holds it still, or there is none.</exception>
    internal static async Task<TufRepository> WaitAsync(Func<TufRepository> open, TimeSpan patience, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return open();
            }
            catch (RepositoryException e) when (e.Failure is RepositoryFailure.Locked && timeProvider.GetElapsedTime(start) < patience)
            {
                await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
