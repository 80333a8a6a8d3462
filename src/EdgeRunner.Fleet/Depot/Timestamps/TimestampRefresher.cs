using System.Security.Cryptography;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Depot.Timestamps;

/// <summary>Signs the timestamp anew in time, and snapshot and online roles when half of their time is over, as <c>edgefleet repo refresh</c> does. Several depots on one directory
/// take turns: who has the lock looks first whether another one was quicker. Whether it could sign it finds out at the start, not when it is due: without the online keys, or
/// the rights to read them or to write here, it only says so.</summary>
internal sealed partial class TimestampRefresher(DepotOptions options, DepotHealth health, DepotCounters counters, TimeProvider timeProvider, ILogger<TimestampRefresher> logger) : BackgroundService
{
    /// <summary>Longest time between two looks: the clock of a machine may be set.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(15);

    private readonly RepositoryLayout _layout = new(options.Repository);
    private string _said = "";
    private bool _couldSign;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var wait = await LookAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(wait, timeProvider, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task<TimeSpan> LookAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_layout.SettingsFile))
        {
            Say(healthy: true, "this copy of a repository has no settings: it is only served, and its timestamp is signed where it comes from");
            return Retry;
        }
        try
        {
            if (UntilDue(RepositoryContent.ReadPublished(_layout)) is var early && early > TimeSpan.Zero)
            {
                if (!_couldSign && !CouldSign()) return Retry;
                return TimeSpan.FromTicks(Math.Clamp(early.Ticks, TimeSpan.TicksPerSecond, Look.Ticks));
            }
            using var repository = TufRepository.OpenForRefresh(options.Repository, timeProvider, options.OnlineKeys);
            if (UntilDue(repository.Content) > TimeSpan.Zero) return Retry; // another depot was quicker
            foreach (var damaged in repository.DamagedStaged) Log.DamagedStaged(logger, damaged.Message);
            var report = await repository.RefreshAsync(all: false, cancellationToken).ConfigureAwait(false);
            counters.Refreshed();
            Log.Refreshed(logger, string.Join(", ", report.Published));
            Say(healthy: true, "the timestamp is signed anew here");
        }
        catch (RepositoryException e) when (e.Failure is RepositoryFailure.Locked)
        {
            return TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(200, 1000));
        }
        catch (RepositoryException e) when (e.Failure is RepositoryFailure.OnlineKeyMissing)
        {
            // Who names the keys wants them to be used.
            Say(healthy: options.OnlineKeys is null, $"no online keys are here, so the repository is only served; somebody else must run `edgefleet repo refresh` hourly ({e.Message})");
            return Look;
        }
        catch (Exception e) when (e is RepositoryException or MetadataException or KeyException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            counters.RefreshFailed();
            Say(healthy: false, $"the timestamp could not be signed anew: {e.Message}");
        }
        return Retry;
    }

    /// <summary>Whether the keys and the rights are here, for the operator to know now and not in an hour. Not yet a failure: another one may be who signs.</summary>
    private bool CouldSign()
    {
        try
        {
            using var repository = TufRepository.OpenForRefresh(options.Repository, timeProvider, options.OnlineKeys);
            if (repository.Content.Root is { } root) repository.Online.SignersOf(RoleNames.Timestamp, new RoleAuthority(RoleNames.Root, root.Roles[RoleNames.Timestamp], root.Keys));
            Say(healthy: true, "the timestamp can be signed anew here");
            return _couldSign = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            const string text = "the timestamp cannot be signed anew here, so somebody else must run `edgefleet repo refresh` hourly";
            Say(healthy: options.OnlineKeys is null, $"{text}: {e.Message} Repository and online keys must belong to the user of this process, {Environment.UserName}", isWarning: true);
            return false;
        }
    }

    private TimeSpan UntilDue(RepositoryContent content)
    {
        if (content.Timestamp is not { } timestamp) return Retry; // not published yet
        var lifetime = content.Settings.Lifetime(RoleNames.Timestamp);
        var interval = options.RefreshInterval < lifetime / 2 ? options.RefreshInterval : lifetime / 2;
        return timestamp.Header.Expires - lifetime + interval - timeProvider.GetUtcNow();
    }

    private void Say(bool healthy, string text, bool isWarning = false)
    {
        health.Set(DepotHealth.Refresh, healthy, text);
        if (string.Equals(_said, text, StringComparison.Ordinal)) return;
        _said = text;
        if (isWarning) Log.Cannot(logger, text);
        else if (healthy) Log.Well(logger, text);
        else Log.Failed(logger, text);
    }

    private static partial class Log
    {
        [LoggerMessage(8060, LogLevel.Information, "signed anew: {Roles}")]
        public static partial void Refreshed(ILogger logger, string roles);

        [LoggerMessage(8061, LogLevel.Information, "{Text}")]
        public static partial void Well(ILogger logger, string text);

        [LoggerMessage(8062, LogLevel.Error, "{Text}")]
        public static partial void Failed(ILogger logger, string text);

        [LoggerMessage(8063, LogLevel.Warning, "passed over: {Problem}")]
        public static partial void DamagedStaged(ILogger logger, string problem);

        [LoggerMessage(8064, LogLevel.Warning, "{Text}")]
        public static partial void Cannot(ILogger logger, string text);
    }
}
