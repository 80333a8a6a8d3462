using System.Globalization;
using System.Threading.Channels;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Depot.Timestamps;

/// <summary>Sees what another process publishes in the repository: <c>model add</c>, <c>rollout set</c>, a copy that is brought up to date. The timestamp is what every publication
/// ends with, by a rename.</summary>
/// <remarks>The kernel tells at once, on file systems where it can; a look now and then finds the rest.</remarks>
internal sealed partial class RepositoryWatch(DepotOptions options, DepotHealth health, DepotCounters counters, TimeProvider timeProvider, ILogger<RepositoryWatch> logger) : BackgroundService
{
    private readonly RepositoryLayout _layout = new(options.Repository);
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile TimestampReading? _current;
    private string _said = "";
    private bool _cannotWatch;

    /// <summary>Raised on the thread pool when there is a new timestamp.</summary>
    public event EventHandler? Changed;

    /// <summary>The newest good timestamp; null when none was seen yet.</summary>
    public TimestampReading? Current => _current;

    /// <summary>Reads the newest root.</summary>
    /// <returns>Null when there is none, or it is damaged.</returns>
    public RootMetadata? ReadRoot()
    {
        const string suffix = ".root.json";
        try
        {
            var newest = Directory.EnumerateFiles(_layout.Metadata, "*" + suffix)
                .Select(file => (File: file, Version: long.TryParse(Path.GetFileName(file.AsSpan())[..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0))
                .MaxBy(root => root.Version);
            return newest.Version > 0 ? RootMetadata.Read(Envelope.Parse(RoleNames.Root, File.ReadAllBytes(newest.File))) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or MetadataException)
        {
            Log.RootUnreadable(logger, _layout.Metadata, e.Message);
            return null;
        }
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Look(); // before anybody asks whether the repository is well
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        FileSystemWatcher? watcher = null;
        var timer = timeProvider.CreateTimer(_ => _changed.Writer.TryWrite(true), state: null, options.PollInterval, options.PollInterval);
        await using (timer.ConfigureAwait(false))
        {
            _changed.Writer.TryWrite(true); // the kernel is asked at once, not at the first poll
            try
            {
                while (await _changed.Reader.WaitToReadAsync(stoppingToken).ConfigureAwait(false))
                {
                    _changed.Reader.TryRead(out _);
                    watcher ??= TryWatch();
                    Look();
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // The host stops.
            }
            finally
            {
                watcher?.Dispose();
            }
        }
    }

    private FileSystemWatcher? TryWatch()
    {
        if (_cannotWatch || !Directory.Exists(_layout.Metadata)) return null;
        try
        {
            var watcher = new FileSystemWatcher(_layout.Metadata, RoleNames.FileName(RoleNames.Timestamp)) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite };
            watcher.Created += (_, _) => _changed.Writer.TryWrite(true);
            watcher.Changed += (_, _) => _changed.Writer.TryWrite(true);
            watcher.Renamed += (_, _) => _changed.Writer.TryWrite(true);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // No inotify watch is left, or the file system knows none: the poll finds changes, a little later.
            _cannotWatch = true;
            Log.CannotWatch(logger, _layout.Metadata, e.Message, options.PollInterval.TotalMilliseconds);
            return null;
        }
    }

    private void Look()
    {
        try
        {
            var raw = File.ReadAllBytes(_layout.RoleFile(RoleNames.Timestamp, 0));
            if (_current is { } before && before.IsSame(raw))
            {
                Judge(before);
                return;
            }
            var read = TimestampReading.Parse(raw);
            _current = read;
            counters.SetTimestampVersion(read.Version);
            Judge(read);
            Changed?.Invoke(this, EventArgs.Empty);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            Say(healthy: false, _current is null ? "nothing is published in it yet; sign with `edgefleet repo sign`" : "its timestamp has gone; the last one is served on");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or MetadataException)
        {
            Say(healthy: false, $"its timestamp cannot be read: {e.Message}");
        }
    }

    private void Judge(TimestampReading timestamp)
    {
        var expires = timestamp.Metadata.Header.Expires;
        if (expires <= timeProvider.GetUtcNow()) Say(healthy: false, $"its timestamp expired at {expires:yyyy-MM-dd HH:mm} UTC: devices take no updates until it is signed anew");
        else Say(healthy: true, $"timestamp {timestamp.Version}, until {expires:yyyy-MM-dd HH:mm} UTC");
    }

    private void Say(bool healthy, string text)
    {
        health.Set(DepotHealth.Repository, healthy, text);
        if (healthy) text = "";
        if (string.Equals(_said, text, StringComparison.Ordinal)) return;
        _said = text;
        if (healthy) Log.WellAgain(logger, options.Repository);
        else Log.NotWell(logger, options.Repository, text);
    }

    private static partial class Log
    {
        [LoggerMessage(8040, LogLevel.Warning, "repository {Repository}: {Problem}")]
        public static partial void NotWell(ILogger logger, string repository, string problem);

        [LoggerMessage(8041, LogLevel.Information, "repository {Repository} is well again")]
        public static partial void WellAgain(ILogger logger, string repository);

        [LoggerMessage(8042, LogLevel.Warning, "the kernel does not tell of changes in {Directory} ({Reason}); a look every {Milliseconds} ms finds them")]
        public static partial void CannotWatch(ILogger logger, string directory, string reason, double milliseconds);

        [LoggerMessage(8043, LogLevel.Error, "no root can be read in {Directory}: {Reason}")]
        public static partial void RootUnreadable(ILogger logger, string directory, string reason);
    }
}
