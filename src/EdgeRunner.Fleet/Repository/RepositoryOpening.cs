using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>Opens a repository that somebody else may be changing for a moment.</summary>
internal static class RepositoryOpening
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>A depot that starts, or a refresh, holds the lock for moments; another person may hold it for as long as they think, and that is said soon.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>For a command that somebody waits for.</summary>
    /// <param name="directory">The repository.</param>
    /// <param name="onlineKeys">Where its online keys are; null for where its settings say.</param>
    /// <param name="timeProvider">Clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RepositoryException">Somebody else holds it still, or there is none.</exception>
    internal static Task<TufRepository> OpenAsync(string directory, string? onlineKeys, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        WaitAsync(() => TufRepository.Open(directory, timeProvider, onlineKeys), Patience, timeProvider, cancellationToken);

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
