using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Depot.Http;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Depot;

/// <summary>What a depot serves, to whom, and how much of it.</summary>
/// <param name="Repository">The repository's directory: one that <c>edgefleet repo init</c> made, or a copy with only <c>metadata/</c> and <c>targets/</c>.</param>
/// <param name="Fleet">The fleet whose devices are answered.</param>
internal sealed record DepotOptions(string Repository, string Fleet)
{
    /// <summary>Where the online keys are, when not where <c>repository.json</c> says.</summary>
    public string? OnlineKeys { get; init; }

    /// <summary>How to reach the broker; null: only HTTP is served.</summary>
    public MqttSessionOptions? Broker { get; init; }

    /// <summary>Where and how HTTP is served; by default not at all.</summary>
    public HttpOptions Http { get; init; } = new();

    /// <summary>Requests a second of one device; twice as many may come at once. Past it: busy. 1 to 10 000.</summary>
    public int MaxRatePerDevice { get; init; } = 50;

    /// <summary>Requests a second of all devices together; twice as many may come at once. 1 to 1 000 000.</summary>
    public int MaxRate { get; init; } = 2000;

    /// <summary>How long the first request for a release waits for those of other devices, anew with each that joins, twice as long at most; 0 to 10 s.</summary>
    public TimeSpan CollectTime { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long after it was sent to all a chunk is not sent to them again; 0 to 60 s.</summary>
    public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of answers that may wait for the socket; 256 KiB to 256 MiB.</summary>
    public long MaxQueuedBytes { get; init; } = 4 << 20;

    /// <summary>Age at which the timestamp is signed anew, when the online keys are here; Half of its lifetime when that is shorter.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest that a change of the repository goes unseen when the kernel does not tell of it; 50 ms and more.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest time to answer what was accepted when the depot is stopped; 0 to 5 min.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="UsageException">A value is out of range, or the directory is something else than a repository: only other options mend that.</exception>
    /// <exception cref="NotFoundException">A directory is not there. It may be mounted later, so whoever starts the depot may try again.</exception>
    internal void Check()
    {
        Require("--max-rate", MaxRatePerDevice, 1, 10_000);
        Require("--max-total-rate", MaxRate, 1, 1_000_000);
        Require("--collect", (long)CollectTime.TotalMilliseconds, 0, 10_000);
        Http.Check();
        if (!Directory.Exists(Repository))
        {
            throw new NotFoundException($"--repo {Repository}: there is no such directory.");
        }
        var layout = new RepositoryLayout(Repository);
        // An empty one is where a copy is still to come; targets come before metadata.
        if (!File.Exists(layout.SettingsFile) && !Directory.Exists(layout.Metadata) && !Directory.Exists(layout.Targets) && Directory.EnumerateFileSystemEntries(Repository).Any(IsForeign))
        {
            throw new UsageException($"--repo {Repository} is no repository: it has neither repository.json, nor metadata and targets. Make one with `edgefleet repo init`, or name a copy of one.");
        }
        if (OnlineKeys is not null && !Directory.Exists(OnlineKeys))
        {
            throw new NotFoundException($"--online-keys {OnlineKeys}: there is no such directory, or this user may not see it. Leave the option out to serve without signing, or name the directory that `edgefleet repo status --json` calls onlineKeys.");
        }
    }

    /// <summary>Whether it is neither what a new file system has nor what a copy under way has first, such as <c>.lock</c> or a temporary file.</summary>
    private static bool IsForeign(string path) => Path.GetFileName(path) is var name && !name.StartsWith('.') && name is not "lost+found";

    private static void Require(string option, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            throw new UsageException($"{option} {value} is not allowed: {least} to {most}.");
        }
    }
}
